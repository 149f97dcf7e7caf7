"""What a text says: relations between entities, published figures, and the programmes and places it names."""

from __future__ import annotations

from django.db import models

from yanlian.apps.registry.models.entity import Entity
from yanlian.apps.registry.models.record import Known


class Relation(Known):
    """One entity stands to another in one way, for a time. An entity has as many as the sources say."""

    class Kind(models.TextChoices):
        OWNS = "owns", "持股"
        INCUBATED = "incubated", "孵化"
        HOUSED_IN = "housed_in", "入驻"
        OPERATES = "operates", "运营"
        LEADS = "leads", "带头"
        MEMBER_OF = "member_of", "成员"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    # Read as a sentence: from_entity owns / incubated / is housed in / operates / leads / is member of to_entity.
    from_entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="relations_from")
    to_entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="relations_to")
    share_ppm = models.BigIntegerField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=300)
    quote = models.TextField(blank=True)

    class Meta:
        ordering = ["from_entity", "kind", "to_entity", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "from_entity", "to_entity", "valid_from", "source", "replaced_at"],
                condition=models.Q(valid_from__isnull=False),
                name="relation_current",
            ),
            models.UniqueConstraint(
                fields=["kind", "from_entity", "to_entity", "source", "replaced_at"],
                condition=models.Q(valid_from__isnull=True),
                name="relation_undated_current",
            ),
        ]
        verbose_name = "关系"

    def __str__(self) -> str:
        return f"{self.from_entity_id} {self.kind} {self.to_entity_id}"


class Statement(Known):
    """A published figure as published: its operator, unit, period and calibre are never dropped or converted away."""

    class Operator(models.TextChoices):
        EQUAL = "=", "等于"
        ABOVE = ">", "超过"
        BELOW = "<", "不足"
        AT_LEAST = ">=", "不少于"
        AT_MOST = "<=", "不超过"
        ABOUT = "about", "约"

    # Short name of the figure in its source (F01).
    code = models.CharField(max_length=64)
    # Whom it is about: an entity, or (null) what `subject` says: a district, a cluster, a group of firms.
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, null=True, related_name="statements")
    subject = models.CharField(max_length=200)
    cluster = models.CharField(max_length=64, blank=True)
    metric = models.CharField(max_length=200)
    operator = models.CharField(max_length=8, choices=Operator.choices)
    # The figure is value / 10**scale in `unit`; null when it is a word, which then stands in value_text.
    value = models.BigIntegerField(null=True)
    scale = models.SmallIntegerField(default=0)
    value_text = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=64, blank=True)
    # As the source words it ("2020", "2021年上半年", "累计至2021"); the first and last day where they are certain.
    period = models.CharField(max_length=100, blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    calibre = models.CharField(max_length=200, blank=True)
    coverage_note = models.CharField(max_length=300, blank=True)
    quote = models.TextField(blank=True)
    note = models.TextField(blank=True)
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ["code", "recorded_at"]
        constraints = [models.UniqueConstraint(fields=["source", "code", "replaced_at"], name="statement_current")]
        verbose_name = "公布数据"

    def __str__(self) -> str:
        return f"{self.code} {self.subject} {self.metric}"


class Place(Known):
    """A programme, plan, title, building or event that a text names and that is no entity of the registry."""

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=100)
    cluster = models.CharField(max_length=64, blank=True)
    also_written = models.JSONField(default=list)
    # Who leads or holds it, in the text's words, and the entity where it is one.
    leader = models.CharField(max_length=200, blank=True)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, null=True, related_name="places")
    note = models.TextField(blank=True)
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ["name", "recorded_at"]
        constraints = [models.UniqueConstraint(fields=["source", "name", "replaced_at"], name="place_current")]
        verbose_name = "项目与载体"

    def __str__(self) -> str:
        return self.name
