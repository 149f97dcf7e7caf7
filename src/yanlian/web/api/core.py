"""The interface itself: who may call, how a refusal is answered, how lists are paged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Query
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import SessionAuth

from yanlian.apps.people.access import Anyone, Permission, permits
from yanlian.base.refusal import Refused
from yanlian.engine.chain.template.finding import ChainFaults
from yanlian.engine.policy import PackFaults
from yanlian.web.api.shapes import Page, Problem

M = TypeVar("M", bound=Model)
T = TypeVar("T")
MOST = 200
PageNumber = Annotated[int, Query(ge=1, le=1_000_000, description="Page, from 1.")]
PageSize = Annotated[int, Query(ge=1, le=MOST, description="Entries a page.")]
Search = Annotated[str, Query(max_length=200, description="Words to look for; all must occur.")]
# Answers of a call that a session makes; each call adds its own for 200.
PROBLEMS: Mapping[frozenset[int], type[Problem]] = {frozenset({401, 403, 404, 422}): Problem}
PUBLIC_PROBLEMS: Mapping[frozenset[int], type[Problem]] = {frozenset({404, 422}): Problem}

api = NinjaAPI(
    title="Yanlian 沿链",
    version="1",
    description=(
        "Read only; the calculator, a POST, stores nothing. "
        "Calls are made with the session of a login; what a caller may see is what its pages show. "
        "Money is integer fen with a text in yuan beside it. A call that is not answered says why: "
        "{code, data, text_zh, text_en}."
    ),
    auth=SessionAuth(),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api-1",
)


def need(request: HttpRequest, permission: Permission) -> Anyone:
    """The caller, if it may; PermissionDenied otherwise."""
    user = request.user
    if not permits(user, permission):
        raise PermissionDenied(permission)
    return user


def paged(found: QuerySet[M], page: int, size: int, show: Callable[[M], T]) -> Page[T]:
    """One page of a query set."""
    start = (page - 1) * size
    return Page(items=[show(one) for one in found[start : start + size]], total=found.count(), page=page, size=size)


def paged_list(found: list[T], page: int, size: int) -> Page[T]:
    """One page of a plain list."""
    start = (page - 1) * size
    return Page(items=found[start : start + size], total=len(found), page=page, size=size)


def answer(request: HttpRequest, refusal: Refused, status: int) -> HttpResponse:
    """A refusal as it is answered. Facts are written as text, so that no figure becomes a floating-point number."""
    problem = Problem(
        code=refusal.code,
        data={name: str(value) for name, value in refusal.data.items()},
        text_zh=refusal.text("zh"),
        text_en=refusal.text("en"),
    )
    return api.create_response(request, problem, status=status)


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return answer(request, Refused("signed_in_needed"), 401)


@api.exception_handler(PermissionDenied)
def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return answer(request, Refused("permission_missing"), 403)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return answer(request, Refused("not_found", found=str(error)[:100]), 404)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return answer(request, refusal, 422)


@api.exception_handler(PackFaults)
def _faulty_packs(request: HttpRequest, faults: PackFaults) -> HttpResponse:
    return answer(request, Refused("packs_faulty", found=len(faults.faults)), 422)


@api.exception_handler(ChainFaults)
def _faulty_chains(request: HttpRequest, faults: ChainFaults) -> HttpResponse:
    errors = [one for one in faults.findings if one.severity == "error"] or faults.findings
    return answer(request, Refused("chain_faulty", found=errors[0].file, faults=len(errors)), 422)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0] if error.errors else {}
    field = ".".join(str(part) for part in first.get("loc", ())[1:]) or "-"
    return answer(request, Refused("input_invalid", field=field, reason=str(first.get("msg", ""))), 422)
