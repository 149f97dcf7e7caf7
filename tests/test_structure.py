"""Tests of the house itself: layers, money, routes, writers, error codes, sizes. They fail when a habit is broken."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from yanlian.base.refusal import catalogue

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "yanlian"
PYTHON_FILES = sorted(file for file in SOURCE.rglob("*.py") if "migrations" not in file.parts)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_linter_and_the_formatter_have_nothing_to_say():
    checked = run("ruff", "check", "src", "tests", "bench", "run.py")
    assert checked.returncode == 0, checked.stdout
    formatted = run("ruff", "format", "--check", "src", "tests", "bench", "run.py")
    assert formatted.returncode == 0, formatted.stdout


def test_strict_types_hold():
    checked = run("mypy")
    assert checked.returncode == 0, checked.stdout[-6000:]


def test_imports_go_downwards_only():
    checked = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout[-4000:]


def test_no_file_is_larger_than_a_room():
    large = {str(f.relative_to(ROOT)): n for f in PYTHON_FILES if (n := len(f.read_text("utf-8").splitlines())) > 400}
    assert large == {}


def test_every_module_says_what_it_is_for():
    silent = [str(f.relative_to(ROOT)) for f in PYTHON_FILES if not ast.get_docstring(ast.parse(f.read_text("utf-8")))]
    assert silent == []


def test_no_two_files_of_tests_share_a_name():
    # Folders of tests are no packages: pytest would import the first and refuse the second.
    names = [one.name for one in (ROOT / "tests").rglob("test_*.py")]
    assert sorted({one for one in names if names.count(one) > 1}) == []


def test_no_room_is_called_utils():
    banned = {"utils", "helpers", "common", "services", "manager", "misc"}
    assert [str(f) for f in PYTHON_FILES if f.stem in banned or banned & set(f.parts)] == []


def test_no_float_or_decimal_column_holds_anything():
    """Money is integer fen, rates integer ppm: SQLite keeps a DecimalField as REAL and loses the last digits."""
    wrong = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("yanlian.")
        for field in model._meta.get_fields()
        if isinstance(field, (models.FloatField, models.DecimalField))
    ]
    assert wrong == []


def test_amount_columns_name_their_unit():
    wrong = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("yanlian.")
        for field in model._meta.get_fields()
        if re.search(r"amount|price|balance|budget", field.name)
        and isinstance(field, models.IntegerField)
        and not field.name.endswith("_fen")
    ]
    assert wrong == []


WRITES = re.compile(
    r"\.objects\.(?:create|bulk_create|bulk_update|get_or_create|update_or_create)\(|\.save\(|\.delete\(|\.bulk_create\(|\)\.update\("
)
WRITERS = re.compile(
    r"(^|/)(actions(_\w+)?\.py|actions/\w+\.py|imports/\w+\.py|migrations/.*|models(/\w+)?\.py|append_only\.py)$"
)


def test_only_actions_write_to_the_database():
    wrong = []
    for file in PYTHON_FILES:
        name = file.relative_to(SOURCE).as_posix()
        if WRITERS.search(name) or not name.startswith(("apps/", "web/")):
            continue
        text = file.read_text("utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            if WRITES.search(line) and "objects" in text and not line.strip().startswith("#"):
                wrong.append(f"{name}:{number}: {line.strip()}")
    assert wrong == []


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += routes(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            found.append((prefix + str(pattern.pattern), pattern.callback))
    return found


def test_every_route_has_an_owner_and_a_permission():
    bare = [
        path
        for path, view in routes(get_resolver().url_patterns)
        if not path.startswith("api/") and not (getattr(view, "owner", None) and getattr(view, "permission", None))
    ]
    assert bare == []


def test_every_refusal_speaks_both_languages():
    for code, entry in catalogue().items():
        assert entry.get("zh"), code
        assert entry.get("en"), code
        # Both languages name the same facts: nothing is told to one reader only. A fact that is itself a phrase ends in
        # the language it is in.
        texts = [entry.get(lang, "") + entry.get(f"{lang}_do", "") for lang in ("zh", "en")]
        names = [{re.sub("_(zh|en)$", "", name) for name in re.findall(r"{(\w+)", text)} for text in texts]
        assert names[0] == names[1], code


def raised_codes() -> dict[str, str]:
    """Every code that the source raises or names as a fault, with its file."""
    found: dict[str, str] = {}
    for file in PYTHON_FILES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name in {"Refused"} and isinstance(node.args[0].value, str):
                    found[node.args[0].value] = str(file.relative_to(ROOT))
    return found


def test_every_code_that_is_raised_is_in_the_catalogue():
    assert {code: file for code, file in raised_codes().items() if code not in catalogue()} == {}


def test_every_error_code_is_documented():
    documented = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "errors.md").read_text("utf-8"), re.M))
    assert documented == set(catalogue())


def test_migrations_are_complete(db):
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_documents_of_the_repository_name_no_private_place():
    """What is written here must be true on any machine."""
    private = re.compile(r"\.\./shared|/work/|/tmp/bash_jobs|\.library")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    files = [ROOT / name for name in listed.stdout.splitlines()]
    wrong = [
        str(file.relative_to(ROOT))
        for file in files
        if file.suffix in {".md", ".py", ".yaml", ".toml", ".sh", ".html", ".lock"}
        and file != Path(__file__)
        and file.exists()
        and private.search(file.read_text("utf-8"))
    ]
    assert wrong == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-full.lock"])
def test_locks_are_hashed_and_name_no_registry(lock: str):
    text = (ROOT / lock).read_text("utf-8")
    assert "http" not in text
    assert "--index-url" not in text
    assert text.count("--hash=sha256:") >= len(re.findall(r"^[a-z0-9].*==", text, re.M))


@pytest.mark.parametrize(
    ("tool", "document"), [("errors", "errors.md"), ("facts", "reference/facts.md"), ("feel", "reference/feel.md")]
)
def test_generated_pages_are_current(tool: str, document: str):
    """Made by a script from the source; make them anew with `python tools/<name>.py`."""
    written = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, 'tools'); import {tool}; sys.stdout.write({tool}.page())",
        ],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8")
    assert (ROOT / "docs" / document).read_text("utf-8") == written
