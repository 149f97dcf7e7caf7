"""docs/glossary.md names every model, and each domain noun has one English word and one Chinese term."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from django.apps import apps

GLOSSARY = Path(__file__).resolve().parents[1] / "docs" / "glossary.md"


def rows() -> dict[tuple[str, str], tuple[str, str]]:
    """(room, class name) → (English, Chinese), from the tables whose first column is `code`."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for line in GLOSSARY.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 5:
            assert (cells[1], cells[0].strip("`")) not in found, line
            found[cells[1], cells[0].strip("`")] = (cells[2], cells[3])
    return found


def models() -> dict[tuple[str, str], str]:
    """(room, class name) → Chinese term, of every concrete model of ours."""
    return {
        (model._meta.app_label, model.__name__): str(model._meta.verbose_name)
        for model in apps.get_models()
        if model.__module__.startswith("yanlian.")
    }


def test_the_glossary_names_every_model_and_nothing_else():
    assert len(models()) > 50
    assert set(rows()) == set(models())


def test_the_chinese_term_is_the_one_that_the_model_has():
    terms = {key: chinese for key, (_, chinese) in rows().items()}
    assert terms == models()


def test_no_two_nouns_share_a_word():
    for words in zip(*rows().values(), strict=True):
        assert {word: n for word, n in Counter(words).items() if n > 1} == {}
