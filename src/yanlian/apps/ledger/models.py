"""Double entry in fen: accounts, and transfers that take from one account and give to another.

The model is TigerBeetle's: a transfer is direct, or pending and then posted or voided exactly once; nothing is changed
or deleted. Balances are sums over transfers, so the sum over all accounts is zero by construction.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from yanlian.apps.ledger.append_only import AppendOnly


class Account(models.Model):
    """A place where money is counted. Its balance is what it was given (credits) less what was taken (debits)."""

    class Kind(models.TextChoices):
        SOURCE = "source", "财政拨款"
        BUDGET = "budget", "政策预算"
        PAYABLE = "payable", "应付款"
        BANK = "bank", "银行付款"
        CLAWBACK = "clawback", "追回款"

    code = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    unit = models.CharField(max_length=3, default="CNY")
    # A limited account never gives more than it has, what is reserved counted as gone.
    limited = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["code"]
        verbose_name = "账户"

    def __str__(self) -> str:
        return self.name


class Transfer(AppendOnly):
    """Money taken from the debit account and given to the credit account. `key` names it for ever."""

    class Kind(models.TextChoices):
        DIRECT = "direct", "直接入账"
        PENDING = "pending", "预留"
        POST = "post", "入账"
        VOID = "void", "撤销预留"

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits")
    amount_fen = models.BigIntegerField()
    # Set on post and void: the reservation they end. One-to-one, so that it ends once.
    pending = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="settlement")
    memo = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="transfer_amount_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_two_accounts"),
            models.CheckConstraint(
                condition=Q(kind__in=["post", "void"], pending__isnull=False)
                | Q(kind__in=["direct", "pending"], pending__isnull=True),
                name="transfer_settles_pending",
            ),
        ]
        indexes = [models.Index(fields=["debit", "kind"]), models.Index(fields=["credit", "kind"])]
        verbose_name = "转账"

    def __str__(self) -> str:
        return self.key
