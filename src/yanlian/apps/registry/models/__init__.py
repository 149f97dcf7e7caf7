"""The nouns of the registry: entities, one table for each kind of record of the fact schema, and where they come from.

Start at `Entity`, then `record.Record`. May import base, the engine's fact schema and people.
"""

from __future__ import annotations

from yanlian.apps.registry.models.batch import Batch, Coverage, RowFault
from yanlian.apps.registry.models.conduct import Accident, Dishonesty, Enforcement, Lease, Pollution, Project
from yanlian.apps.registry.models.entity import Alias, Entity, FormerName
from yanlian.apps.registry.models.finance import FinanceFee, Investment, Listing, Loan, Payment, UpperFund
from yanlian.apps.registry.models.industry import (
    Evaluation,
    Incubation,
    IndustryTitle,
    LandGrade,
    ScienceTitle,
    SoftwareYear,
)
from yanlian.apps.registry.models.market import Abnormal, Accreditation, Patent, Pledge, Registration
from yanlian.apps.registry.models.record import FOREVER, Known, Record, column_of
from yanlian.apps.registry.models.snapshot import Snapshot
from yanlian.apps.registry.models.statement import Place, Relation, Statement
from yanlian.apps.registry.models.talent import Degree, Home, Insurance, StaffYear, TalentTitle
from yanlian.apps.registry.models.taxation import (
    Expense,
    StatisticsEntry,
    StatisticsFlash,
    StatisticsYear,
    TaxRegistration,
    TaxYear,
)
from yanlian.apps.registry.models.terms import Affiliation, Application, Household, Recovery

_RECORDS: tuple[type[Record], ...] = (
    Registration, Abnormal, Patent, Pledge, Accreditation,
    TaxRegistration, TaxYear, Expense, StatisticsEntry, StatisticsYear, StatisticsFlash,
    ScienceTitle, Evaluation, Incubation, IndustryTitle, SoftwareYear, LandGrade,
    StaffYear, Insurance, TalentTitle, Degree, Home,
    Payment, UpperFund, Investment, Loan, FinanceFee, Listing,
    Project, Lease, Dishonesty, Enforcement, Accident, Pollution,
    Application, Recovery, Affiliation, Household,
)  # fmt: skip


def record_models() -> dict[str, type[Record]]:
    """Kind of record (key of the fact schema) → the model that keeps it."""
    return {model.KIND: model for model in _RECORDS}


__all__ = [
    "FOREVER", "Abnormal", "Accident", "Accreditation", "Affiliation", "Alias", "Application", "Batch", "Coverage",
    "Degree", "Dishonesty", "Enforcement", "Entity", "Evaluation", "Expense", "FinanceFee", "FormerName", "Home",
    "Household", "Incubation", "IndustryTitle", "Insurance", "Investment", "Known", "LandGrade", "Lease", "Listing",
    "Loan", "Patent", "Payment", "Place", "Pledge", "Pollution", "Project", "Record", "Recovery", "Registration",
    "Relation", "RowFault", "ScienceTitle", "Snapshot", "SoftwareYear", "StaffYear", "Statement", "StatisticsEntry",
    "StatisticsFlash", "StatisticsYear", "TalentTitle", "TaxRegistration", "TaxYear", "UpperFund", "column_of",
    "record_models",
]  # fmt: skip
