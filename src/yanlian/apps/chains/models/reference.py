"""What other areas have on a segment: the figures to compare the district with."""

from __future__ import annotations

from django.db import models


class ReferenceFigure(models.Model):
    """How much of a segment an area had in a year, as a source says. The area: a city, a district, the country."""

    area_code = models.CharField(max_length=12)
    area = models.CharField(max_length=100)
    chain = models.CharField(max_length=40)
    segment = models.CharField(max_length=80)
    year = models.IntegerField()
    # Null: not published.
    firms = models.BigIntegerField(null=True)
    output_fen = models.BigIntegerField(null=True)
    employees = models.BigIntegerField(null=True)
    source = models.CharField(max_length=300)
    fictional = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["area_code", "chain", "segment", "year"]
        constraints = [models.UniqueConstraint(fields=["area_code", "chain", "segment", "year"], name="reference_once")]
        verbose_name = "对照数据"

    def __str__(self) -> str:
        return f"{self.area} {self.segment} {self.year}"
