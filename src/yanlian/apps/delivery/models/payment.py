"""Where money goes and how it went: beneficiaries' bank accounts, payment files, payments and the bank's returns."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yanlian.apps.delivery.models.entitlement import Entitlement, Round
from yanlian.apps.ledger.append_only import AppendOnly
from yanlian.apps.ledger.models import Transfer
from yanlian.apps.registry.models import Entity


class BankAccount(AppendOnly):
    """An account a beneficiary confirmed. The only table with the full number; read it by `accounts.full_number`."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="bank_accounts")
    # Equal to the entity's name when it was given.
    holder = models.CharField(max_length=200)
    bank = models.CharField(max_length=200)
    number_in_full = models.CharField(max_length=40)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name = "收款账户"

    def __str__(self) -> str:
        return f"{self.holder} …{self.number_in_full[-4:]}"


class PaymentFile(models.Model):
    """A file of payments handed to the bank. Its bytes are made again from its payments and compared with `sha256`."""

    number = models.CharField(max_length=40, unique=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="payment_files")
    made_on = models.DateField()
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    count = models.IntegerField()
    sum_fen = models.BigIntegerField()
    # Of the CSV form.
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "付款文件"

    def __str__(self) -> str:
        return self.number


class Payment(models.Model):
    """One line of a payment file: a reservation in the ledger until the bank says paid or returned."""

    class State(models.TextChoices):
        SENT = "sent", "付款中"
        PAID = "paid", "已到账"
        RETURNED = "returned", "退回"

    # What the bank's return names: file number and sequence.
    number = models.CharField(max_length=50, unique=True)
    file = models.ForeignKey(PaymentFile, on_delete=models.PROTECT, related_name="payments")
    sequence = models.IntegerField()
    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="payments")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="payments")
    payee = models.CharField(max_length=200)
    payee_code = models.CharField(max_length=64)
    purpose = models.CharField(max_length=200)
    amount_fen = models.BigIntegerField()
    reservation = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="payment")
    # The post or void that ended the reservation.
    settlement = models.OneToOneField(Transfer, on_delete=models.PROTECT, null=True, related_name="settled_payment")
    state = models.CharField(max_length=10, choices=State.choices, default=State.SENT)
    settled_on = models.DateField(null=True)
    bank_reference = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["file", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["file", "sequence"], name="payment_sequence_once"),
            # The last wall against paying twice: while one payment is under way or made, there is no second.
            models.UniqueConstraint(
                fields=["entitlement"], condition=Q(state__in=["sent", "paid"]), name="payment_alive_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_amount_positive"),
        ]
        verbose_name = "付款"

    def __str__(self) -> str:
        return self.number


class BankReturn(models.Model):
    """A return file of the bank as it was read: what each row was answered."""

    file = models.ForeignKey(PaymentFile, on_delete=models.PROTECT, related_name="returns")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    rows = models.IntegerField()
    paid = models.IntegerField()
    returned = models.IntegerField()
    already = models.IntegerField()
    refused = models.IntegerField()
    # [{row, number, answer, code}] of the first reading.
    answers = models.JSONField(default=list)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["file", "sha256"], name="bank_return_once")]
        verbose_name = "银行回单文件"

    def __str__(self) -> str:
        return self.name
