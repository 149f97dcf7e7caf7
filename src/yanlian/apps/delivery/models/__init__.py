"""The nouns of delivery. Start at `Entitlement`."""

from yanlian.apps.delivery.models.entitlement import Entitlement, Event, Publicity, Round
from yanlian.apps.delivery.models.objection import Objection
from yanlian.apps.delivery.models.payment import BankAccount, BankReturn, Payment, PaymentFile

__all__ = [
    "BankAccount",
    "BankReturn",
    "Entitlement",
    "Event",
    "Objection",
    "Payment",
    "PaymentFile",
    "Publicity",
    "Round",
]
