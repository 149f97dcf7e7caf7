"""Rounds, the entitlements in them, their publicity, and the event rows that record every change."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yanlian.apps.ledger.append_only import AppendOnly
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.registry.models import Entity


class Round(models.Model):
    """A batch of entitlements that one lead department takes from draft to payment together."""

    class State(models.TextChoices):
        OPEN = "open", "办理中"
        CLOSED = "closed", "已办结"

    title = models.CharField(max_length=200)
    # The lead department: it confirms and publishes.
    department = models.CharField(max_length=16, db_index=True)
    # The whole document, or empty when only `clauses` were asked for.
    document = models.CharField(max_length=40, blank=True)
    # Ids of the clauses that have entitlements in this round.
    clauses = models.JSONField(default=list)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="rounds")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = "兑现批次"

    def __str__(self) -> str:
        return self.title


class Publicity(models.Model):
    """One public notice of a round's list: from when to when, and how many for how much."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="publicities")
    # 1, 2 …: a corrected entitlement is published again in a later notice of the same round.
    sequence = models.IntegerField()
    starts_on = models.DateField()
    # Last day on which objections are taken.
    ends_on = models.DateField()
    working_days = models.IntegerField()
    # False when the State Council's holiday plan of the year was not known and Monday to Friday was counted.
    calendar_known = models.BooleanField(default=True)
    # Last day on which the beneficiary may confirm the account; silence is a waiver.
    accept_until = models.DateField()
    count = models.IntegerField()
    sum_fen = models.BigIntegerField()
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "sequence"], name="publicity_once")]
        verbose_name = "公示"

    def __str__(self) -> str:
        return f"{self.round} {self.starts_on}"


class Entitlement(models.Model):
    """What one beneficiary is due under one clause for one matter and period. The key is unique for ever."""

    class State(models.TextChoices):
        DRAFT = "draft", "拟兑现"
        CONFIRMED = "confirmed", "部门已确认"
        PUBLISHED = "published", "公示"
        OBJECTED = "objected", "有异议"
        REJECTED = "rejected", "异议成立"
        ACCEPTED = "accepted", "账户已确认"
        WAIVED = "waived", "已放弃"
        EXPIRED = "expired", "逾期未确认"
        HELD = "held", "暂缓"
        CLEARED = "cleared", "核验通过"
        SENT = "sent", "付款中"
        PAID = "paid", "已到账"
        RETURNED = "returned", "银行退回"
        CLOSED = "closed", "已办结"
        CORRECTED = "corrected", "已更正"
        RECLAIMED = "reclaimed", "追回中"
        REFUNDED = "refunded", "已追回"

    clause = models.CharField(max_length=40)
    document = models.CharField(max_length=40)
    department = models.CharField(max_length=16)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="entitlements")
    matter = models.CharField(max_length=200, blank=True)
    period = models.CharField(max_length=10)
    event_on = models.DateField(null=True)
    amount_fen = models.BigIntegerField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="entitlements")
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="entitlements")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="entitlements")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    # Business day of the last change of state.
    state_on = models.DateField()
    # The notice it stands in; its days bind objection and acceptance.
    publicity = models.ForeignKey(Publicity, on_delete=models.PROTECT, null=True, related_name="entitlements")
    bank_account = models.ForeignKey("delivery.BankAccount", on_delete=models.PROTECT, null=True, related_name="+")
    # Day of the last veto check that found nothing; payment must be sent on that day.
    cleared_on = models.DateField(null=True)
    # Why it is held, in sentences of the check or of the official.
    held_for = models.JSONField(default=list)
    # An official held it: only an official releases it, the daily check does not.
    held_by_hand = models.BooleanField(default=False)

    class Meta:
        ordering = ["clause", "entity", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["clause", "entity", "matter", "period"], name="entitlement_key_for_ever"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="entitlement_amount_positive"),
        ]
        indexes = [models.Index(fields=["round", "state"]), models.Index(fields=["entity", "state"])]
        verbose_name = "应享权益"

    def __str__(self) -> str:
        return f"{self.clause} {self.entity_id} {self.matter} {self.period}".strip()


class Event(AppendOnly):
    """Who did what to a round or an entitlement, when, and what it was before and after."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="events")
    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, null=True, related_name="events")
    verb = models.CharField(max_length=16)
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10, blank=True)
    # The business day, and the instant of recording.
    on = models.DateField()
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]
        verbose_name = "办理记录"

    def __str__(self) -> str:
        return f"{self.on} {self.verb}"
