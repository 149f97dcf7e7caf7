"""The palette of base.css: every pair of text and ground that pages use has a contrast of at least 4.5 : 1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yanlian.ui.charts import PALETTE

CSS = Path(__file__).parents[2] / "src" / "yanlian" / "web" / "static" / "css"
COLOURS = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", (CSS / "base.css").read_text("utf-8")))
GROUNDS = ("ground", "surface", "accent-soft")
TEXTS = [
    *((text, ground) for text in ("ink", "muted", "accent", "accent-deep") for ground in GROUNDS),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    *((tone, f"{tone}-soft") for tone in ("good", "warn", "bad", "info", "plain")),
    *((tone, "ground") for tone in ("good", "warn", "bad", "info", "plain")),
    ("muted", "bad-soft"),
]  # fmt: skip


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """WCAG 2.2, 1.4.3."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_can_be_read(text: str, ground: str):
    assert contrast(COLOURS[text], COLOURS[ground]) >= 4.5


@pytest.mark.parametrize("edge", ["line-strong", "focus", "accent"])
def test_edges_of_fields_and_the_focus_can_be_seen(edge: str):
    assert contrast(COLOURS[edge], COLOURS["ground"]) >= 3


@pytest.mark.parametrize("colour", PALETTE)
def test_bars_stand_out_from_the_ground(colour: str):
    assert contrast(colour, COLOURS["ground"]) >= 3


def test_styles_use_the_palette_only():
    used = {
        c for f in ("parts.css", "print.css") for c in re.findall(r"#[0-9a-fA-F]{3,8}\b", (CSS / f).read_text("utf-8"))
    }
    assert used == set()
