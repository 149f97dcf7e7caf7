"""What the district's economy loses if a firm stops, as it was computed once from the links and revenues of then."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yanlian.apps.registry.models import Entity


class RiskRanking(models.Model):
    """One computation of the economic systemic risk index of all firms with supply links: from which links, with which
    threshold, when and by whom. Never changed; a new one is made when links or revenues change."""

    year = models.IntegerField()
    # ε in millionths: a cascade stops when no loss grows by more in a step.
    epsilon_ppm = models.BigIntegerField()
    firms = models.IntegerField()
    links = models.IntegerField()
    # Links without an amount, which could not be counted.
    links_uncounted = models.IntegerField()
    # Firms whose revenue nobody delivered: their sales to others in the network stand in for it.
    unknown_revenues = models.IntegerField()
    inferred = models.BooleanField(default=False)
    # Networks drawn where links are inferred: figures are quantiles over them. 0: links as they are recorded.
    networks = models.IntegerField(default=0)
    links_inferred = models.IntegerField(default=0)
    revenue_fen = models.BigIntegerField()
    # Hash of the numbers it was computed from: the same numbers give the same ranking.
    mark = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["mark", "epsilon_ppm"], name="risk_ranking_once")]
        verbose_name = "断链风险测算"

    def __str__(self) -> str:
        return f"{self.year} {self.made_at}"


class RiskFigure(models.Model):
    """The index of one firm in a ranking, in billionths of all revenue: both halves, and each alone. Where networks
    were drawn these are their middles (50 %), the ranking goes by them, and low and high tell 5 % and 95 %."""

    ranking = models.ForeignKey(RiskRanking, on_delete=models.PROTECT, related_name="figures")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="risk_figures")
    rank = models.IntegerField()
    sector = models.CharField(max_length=64, blank=True)
    revenue_fen = models.BigIntegerField()
    esri_ppb = models.BigIntegerField()
    # Null: links as they are recorded, one network.
    esri_low_ppb = models.BigIntegerField(null=True)
    esri_high_ppb = models.BigIntegerField(null=True)
    rank_low = models.IntegerField(null=True)
    rank_high = models.IntegerField(null=True)
    by_inputs_ppb = models.BigIntegerField()
    by_sales_ppb = models.BigIntegerField()
    suppliers = models.IntegerField()
    customers = models.IntegerField()

    class Meta:
        ordering = ["ranking", "rank", "pk"]
        constraints = [models.UniqueConstraint(fields=["ranking", "entity"], name="risk_figure_once")]
        indexes = [models.Index(fields=["ranking", "rank"], name="risk_rank")]
        verbose_name = "企业断链风险"

    def __str__(self) -> str:
        return f"{self.ranking_id} {self.rank} {self.entity_id}"


class RiskFall(models.Model):
    """What the district loses when the one supplier of a segment stops that it can least do without, now and after a
    new local firm has joined them; in billionths of all revenue. Of segments whose product is known to be bought."""

    ranking = models.ForeignKey(RiskRanking, on_delete=models.PROTECT, related_name="falls")
    chain = models.CharField(max_length=64)
    segment = models.CharField(max_length=64)
    before_ppb = models.BigIntegerField()
    after_ppb = models.BigIntegerField()
    # Firms, local or not, that deliver it to local ones; and those local ones.
    suppliers = models.IntegerField()
    customers = models.IntegerField()

    class Meta:
        ordering = ["ranking", "chain", "segment", "pk"]
        constraints = [models.UniqueConstraint(fields=["ranking", "chain", "segment"], name="risk_fall_once")]
        verbose_name = "补链降险"

    def __str__(self) -> str:
        return f"{self.ranking_id} {self.chain} {self.segment}"
