"""What firms make, and who supplies whom."""

from __future__ import annotations

from django.db import models

from yanlian.apps.registry.models import Entity


class ProductText(models.Model):
    """What a firm makes, in the words of a source."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="product_texts")
    text = models.CharField(max_length=300)
    # Share of the firm's revenue in millionths; null: not said.
    revenue_share_ppm = models.BigIntegerField(null=True)
    source = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["entity", "pk"]
        constraints = [models.UniqueConstraint(fields=["entity", "text", "source"], name="product_text_once")]
        verbose_name = "产品描述"

    def __str__(self) -> str:
        return self.text


class SupplyLink(models.Model):
    """A firm supplied another with a product in a year, as a source says or as was inferred."""

    class Confidence(models.TextChoices):
        A = "A", "法定资料"
        B = "B", "官方统计"
        C = "C", "企业或行业资料"
        D = "D", "未核实"

    supplier = models.ForeignKey(Entity, on_delete=models.PROTECT, db_index=False, related_name="supplies")
    customer = models.ForeignKey(Entity, on_delete=models.PROTECT, db_index=False, related_name="buys")
    product = models.CharField(max_length=300)
    year = models.IntegerField()
    # Null: that they trade is known, how much is not.
    amount_fen = models.BigIntegerField(null=True)
    source = models.CharField(max_length=300)
    confidence = models.CharField(max_length=1, choices=Confidence.choices, default=Confidence.D)
    # Not seen but computed from sector tables and sizes.
    inferred = models.BooleanField(default=False)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["supplier", "customer", "year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "customer", "year", "product", "source"], name="supply_link_once"
            ),
            models.CheckConstraint(condition=~models.Q(supplier=models.F("customer")), name="supply_link_two_firms"),
        ]
        # Both directions are walked; the unique constraint is the index from the supplier's side.
        indexes = [models.Index(fields=["customer", "supplier", "year"], name="supply_link_up")]
        verbose_name = "供应关系"

    def __str__(self) -> str:
        return f"{self.supplier_id} > {self.customer_id} {self.product}"
