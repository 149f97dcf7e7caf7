"""兑现批次: the list of rounds, and drafting one from a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.delivery import days
from yanlian.apps.delivery.acting import done
from yanlian.apps.delivery.actions_draft import DELIVERIES, Draft, draft_round
from yanlian.apps.delivery.models import Entitlement, Round
from yanlian.apps.delivery.permissions import rounds_visible_to
from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.people.departments import department_name, departments
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.results import clause_titles
from yanlian.base.refusal import Refused
from yanlian.ui.list_page import show
from yanlian.ui.numbers import number, wan
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromDatabase
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing
from yanlian.ui.words import say, t, words


@dataclass(frozen=True)
class DocumentTitle:
    """A document as a draft names it."""

    id: str
    title: str


class SummedRound(Round):
    """A round with the count and sum of its entries, as the list's query brings them."""

    entries: int
    sum_fen: int | None
    paid_fen: int | None

    class Meta:
        proxy = True
