"""数据导入: a department's file in, every bad row answered with its place and reason, and the refused rows back out."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.people.actions import address_of, record
from yanlian.apps.people.departments import department_name
from yanlian.apps.people.models import User
from yanlian.apps.registry.imports import BatchResult, Covered, datasets, import_file, load_mapping
from yanlian.apps.registry.imports.answers import reason, write_csv, write_xlsx
from yanlian.apps.registry.models import Batch, RowFault
from yanlian.base.periods import parse_date
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import load_schema
from yanlian.ui.list_page import show
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromDatabase
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import english, say, t

LARGEST_MB = 100
LARGEST = LARGEST_MB * 1024 * 1024
FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LONGEST_RAW = 200


def batches_visible_to(user: User) -> QuerySet[Batch]:
    """Officials see what their department delivered, administrators everything."""
    if user.role == User.Role.ADMINISTRATOR:
        return Batch.objects.all()
    return Batch.objects.filter(department=user.department) if user.department else Batch.objects.none()


def departments_of(user: User) -> list[str]:
    """The departments whose files this user may import."""
    known = [key for key in load_schema().departments if datasets(key)]
    if user.role == User.Role.ADMINISTRATOR:
        return known
    return [key for key in known if key == user.department]


def dataset_title(department: str, dataset: str) -> str:
    """What the file is called: 税务年报."""
    record_kind = load_schema().records.get(dataset)
    if record_kind is None:
        return dataset
    return t(record_kind.zh, record_kind.en)


@dataclass(frozen=True)
class DataSet:
    """A choice of the upload form: department and kind of record in one, so that no impossible pair can be chosen."""

    value: str
    title: str


def offered(user: User) -> list[tuple[str, list[DataSet]]]:
    """By department: the data sets this user may import."""
    return [
        (department_name(key), [DataSet(f"{key}/{one}", dataset_title(key, one)) for one in datasets(key)])
        for key in departments_of(user)
    ]


def _datasets() -> Sequence[Choice]:
    found = Batch.objects.order_by().values_list("department", "dataset").distinct()
    return [Choice(dataset, dataset_title(department, dataset)) for department, dataset in sorted(found)]


BATCHES: Listing[Batch] = Listing(
    title=("数据导入", "Data import"),
    file_name="imports",
    search_hint=("按文件名搜索", "Search by file name"),
    first_order="-at",
    columns=(
        Column("file", ("文件", "File"), lambda one: one.file_name, main=True,
               link=lambda one: reverse("import", args=[one.pk])),
        Column("department", ("部门", "Department"), lambda one: department_name(one.department)),
        Column("dataset", ("数据集", "Data set"), lambda one: dataset_title(one.department, one.dataset)),
        Column("covered", ("覆盖期", "Covered"), lambda one: covered_text(one), sortable=False),
        Column("stored", ("入库", "Stored"), lambda one: one.rows_stored, Kind.COUNT),
        Column("unchanged", ("未变", "Unchanged"), lambda one: one.rows_unchanged, Kind.COUNT),
        Column("refused", ("退回", "Refused"), lambda one: one.rows_refused, Kind.COUNT),
        Column("warned", ("提示", "Warned"), lambda one: one.rows_warned, Kind.COUNT),
        Column("at", ("登记时间", "Recorded at"), lambda one: one.recorded_at, Kind.INSTANT),
    ),
    filters=(Filter("dataset", ("数据集", "Data set"), _datasets),),
    empty=("还没有导入过文件。请在上面选择数据集和文件。",
           "No file was imported yet. Choose a data set and a file above."),
)  # fmt: skip


def covered_text(batch: Batch) -> str:
    """2025-01-01 至 2025-12-31（完整）."""
    if batch.covered_to is None:
        return t("未声明", "not declared")
    start = batch.covered_from.isoformat() if batch.covered_from else t("最早", "the beginning")
    span = t("{a} 至 {b}", "{a} to {b}", a=start, b=batch.covered_to)
    return span + (t("（完整）", " (complete)") if batch.complete else t("（不完整）", " (partial)"))


@page(owner="registry", permission=Permission.IMPORT_FACTS, methods=("GET", "POST"))
def imports(request: HttpRequest) -> HttpResponseBase:
    """数据导入: the form and the batches."""
    if request.method != "POST":
        return _list(request)
    try:
        result = _take_in(request)
    except Refused as refusal:
        return _list(request, refusals=shown(refusal))
    return redirect(reverse("import", args=[result.batch.pk]) + ("?again=1" if result.already_imported else ""))


def _list(request: HttpRequest, **more: object) -> HttpResponseBase:
    user = signed_in(request)
    rows = FromDatabase(
        batches_visible_to(user),
        search=("file_name__icontains",),
        filters={"dataset": lambda value: Q(dataset=value)},
        orders={
            "file": "file_name",
            "department": "department",
            "dataset": "dataset",
            "stored": "rows_stored",
            "unchanged": "rows_unchanged",
            "refused": "rows_refused",
            "warned": "rows_warned",
            "at": "recorded_at",
        },
    )
    context = {
        "crumbs": [(say(BATCHES.title), None)],
        "offered": offered(user),
        "given": request.POST,
        "most_mb": LARGEST_MB,
        **more,
    }
    return show(request, BATCHES, rows, template="registry/imports.html", more=context)


def _take_in(request: HttpRequest) -> BatchResult:
    """Read the form and the file. Django has put a large upload into a temporary file; it is never in memory."""
    user = signed_in(request)
    department, _, dataset = request.POST.get("dataset", "").partition("/")
    if department not in departments_of(user):
        raise Refused("department_foreign", found=department_name(department) if department else "-")
    load_mapping(department, dataset)
    covered = _covered(request)
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile) or upload.size is None:
        raise Refused("file_not_chosen")
    name = safe_name(upload.name or dataset)
    if upload.size > LARGEST:
        raise Refused("upload_too_large", file=name, found=f"{upload.size / 1048576:.1f}", most=LARGEST_MB)
    # The import is one transaction of its own; its outcome is noted after it.
    result = import_file(
        cast("BinaryIO", upload.file),
        department,
        dataset,
        recorded_at=timezone.now(),
        covered=covered,
        by=user,
        name=name,
    )
    batch = result.batch
    record(
        "file_imported",
        by=user,
        kind="batch",
        key=str(batch.pk),
        address=address_of(request),
        dataset=dataset,
        department=department,
        stored=batch.rows_stored,
        refused=batch.rows_refused,
        again=result.already_imported,
    )
    return result


def safe_name(name: str) -> str:
    """The last part of the name without control characters: it is shown and becomes part of a download's name."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(one for one in last if one.isprintable()).strip()[-200:] or "file"


def _covered(request: HttpRequest) -> Covered | None:
    start, end = (request.POST.get(name, "").strip() for name in ("covered_from", "covered_to"))
    complete = request.POST.get("complete") == "1"
    if not end:
        if start or complete:
            raise Refused("covered_end_missing")
        return None
    first: date | None = parse_date(start) if start else None
    last = parse_date(end)
    if first is not None and first > last:
        raise Refused("span_reversed", start=first, end=last)
    return Covered(first, last, complete)


def _raw(fault: RowFault) -> str:
    text = "；".join(f"{header}={value}" for header, value in fault.raw.items() if value)
    return text if len(text) <= LONGEST_RAW else text[:LONGEST_RAW] + "…"


def _reason(fault: RowFault) -> str:
    return reason(fault, "en" if english() else "zh")


FAULTS: Listing[RowFault] = Listing(
    title=("退回和提示的行", "Refused and warned rows"),
    file_name="faults",
    search_hint=("按列名或代码搜索", "Search by column or code"),
    first_order="row",
    columns=(
        Column("row", ("行号", "Row"), lambda one: str(one.row), main=True),
        Column("file", ("文件", "File"), lambda one: one.batch.file_name, sortable=False),
        Column("sheet", ("工作表", "Sheet"), lambda one: one.sheet),
        Column("column", ("列", "Column"), lambda one: one.column),
        Column("result", ("结果", "Result"), lambda one: "warned" if one.warning else "refused", Kind.STATUS,
               words="row_fault"),
        Column("reason", ("原因和处理办法", "Reason and what to do"), _reason, sortable=False),
        Column("code", ("代码", "Code"), lambda one: one.code, Kind.CODE),
        Column("raw", ("原始内容", "As delivered"), _raw, sortable=False),
    ),
    filters=(
        Filter("result", ("结果", "Result"),
               word_choices("row_fault")),
    ),
    empty=("没有退回的行，全部入库。", "No row was refused; all were stored."),
)  # fmt: skip


def _field_names(batch: Batch) -> list[str]:
    """The fields that the file did not have, as people call them."""
    fields = load_schema().records[batch.dataset].fields
    return [t(fields[key].zh, fields[key].en) for key in batch.notes.get("absent", []) if key in fields]


def batch_of(request: HttpRequest, pk: int) -> Batch:
    """The batch, if it is of this user's department; 404 otherwise."""
    found = batches_visible_to(signed_in(request)).select_related("made_by").filter(pk=pk).first()
    if found is None:
        raise Http404(str(pk))
    return found


@page(owner="registry", permission=Permission.IMPORT_FACTS)
def one_import(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One batch: N stored, M unchanged, K refused, and why."""
    batch = batch_of(request, pk)
    rows = FromDatabase(
        batch.faults.select_related("batch"),
        search=("column__icontains", "code__icontains"),
        filters={"result": lambda value: Q(warning=value == "warned")},
        orders={"row": "row", "sheet": "sheet", "column": "column", "result": "warning", "code": "code"},
    )
    context = {
        "title": batch.file_name,
        "crumbs": [(say(BATCHES.title), reverse("imports")), (batch.file_name, None)],
        "batch": batch,
        "department": department_name(batch.department),
        "dataset": dataset_title(batch.department, batch.dataset),
        "covered": covered_text(batch),
        "again": request.GET.get("again") == "1",
        "notes": batch.notes,
        "absent": _field_names(batch),
    }
    dated = [(t("登记时间", "Recorded"), f"{timezone.localtime(batch.recorded_at):%Y-%m-%d %H:%M}")]
    return show(request, FAULTS, rows, template="registry/import.html", dated=dated, more=context)


@page(owner="registry", permission=Permission.IMPORT_FACTS)
def refused_rows(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """The refused rows as delivered, with a column that says why, to be mended and sent again."""
    batch = batch_of(request, pk)
    if form not in FORMS:
        raise Http404(form)
    # Closed by the response when it has been sent.
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
    write = write_xlsx if form == "xlsx" else write_csv
    write(batch, cast("BinaryIO", file), "en" if english() else "zh", warnings=True)
    file.seek(0)
    user = signed_in(request)
    record("faults_downloaded", by=user, kind="batch", key=str(pk), address=address_of(request), form=form)
    response = FileResponse(file, content_type=FORMS[form])
    response["Content-Disposition"] = f'attachment; filename="refused-{batch.dataset}-{batch.pk}.{form}"'
    return response


@page(owner="registry", permission=Permission.IMPORT_FACTS)
def template_file(request: HttpRequest, department: str, dataset: str) -> HttpResponse:
    """An empty file with the headers that a data set needs."""
    if department not in departments_of(signed_in(request)) or dataset not in datasets(department):
        raise Http404(dataset)
    text = io.StringIO(newline="")
    csv.writer(text).writerow(load_mapping(department, dataset).template())
    response = HttpResponse("\ufeff" + text.getvalue(), content_type=FORMS["csv"])
    response["Content-Disposition"] = f'attachment; filename="template-{department}-{dataset}.csv"'
    return response
