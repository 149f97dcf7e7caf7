"""The workbench as its template writes it: a firm, its texts with the words that carried a suggestion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from yanlian.apps.chains.names import place_words, segment_title
from yanlian.apps.chains.placing.board import Board
from yanlian.apps.chains.placing.texts import Firm
from yanlian.engine.chain.placement.evidence import Span
from yanlian.engine.chain.placement.gate import Mark
from yanlian.engine.chain.placement.suggest import Suggested, Suggestion
from yanlian.engine.chain.template.codes import industry
from yanlian.engine.chain.template.model import Segment
from yanlian.ui.words import t, word

_FIELD_ORDER = ("name", "product", "patent", "scope", "industry")
_WORDS = 4


@dataclass(frozen=True)
class Choice:
    """One suggestion. `key`: the digit that confirms it; `words`: the words that carried it, with their share."""

    key: int
    segment: Segment
    title: str
    place: str
    percent: str
    width: int
    words: Sequence[tuple[str, str, str]]
    like: Sequence[tuple[str, str]]
    is_shown: bool


@dataclass(frozen=True)
class Text:
    """One text of the firm with the words of the shown suggestion marked."""

    label: str
    marked: SafeString
    share: str


def percent(value: float) -> str:
    """A probability: 83%, below a hundredth <1%, never a full 100%."""
    if value < 0.01:
        return "<1%"
    return ">99%" if value > 0.99 else f"{value * 100:.0f}%"


def choices(board: Board, suggested: Suggested, show: str) -> list[Choice]:
    """The suggestions in their order; `show`: the segment whose words are marked in the texts."""
    made = []
    for number, one in enumerate(suggested.suggestions, 1):
        segment = board.chain.by_id[one.category]
        like = [(board.firm(int(pk)).name, percent(value)) for pk, value in one.like[:1]]
        words = _words(one)
        made.append(
            Choice(
                number, segment, segment_title(segment), place_words(segment), percent(one.probability),
                round(one.probability * 100), words, like, one.category == show,
            )
        )  # fmt: skip
    return made


def _words(one: Suggestion) -> list[tuple[str, str, str]]:
    """The strongest words, each with its field and its share of the score."""
    return [
        (span.words, str(word("placement_field", span.field)), percent(span.weight / one.score))
        for span in one.evidence[:_WORDS]
    ]


def texts(firm: Firm, spans: Sequence[Span], mark: Mark | None) -> list[Text]:
    """The firm's texts, the name first, with the carrying words marked by their strength."""
    strongest = max((one.weight for one in spans), default=0.0)
    made = []
    for number, written in sorted(
        enumerate(firm.profile.texts), key=lambda one: (_FIELD_ORDER.index(one[1].field), one[0])
    ):
        own = sorted((one for one in spans if one.text == number), key=lambda one: one.start)
        label = str(word("placement_field", written.field))
        share = "" if written.share is None else percent(written.share)
        marked = _marked(written.text, own, strongest)
        if written.field == "industry":
            known = industry(written.text)
            marked = format_html("{} {}", marked, known.name if known else "")
        made.append(Text(label, marked, share))
    return made


def _marked(text: str, spans: Sequence[Span], strongest: float) -> SafeString:
    parts: list[tuple[SafeString | str]] = []
    at = 0
    for one in spans:
        parts.append((text[at : one.start],))
        strength = "strong" if one.weight >= strongest / 2 else "weak"
        parts.append((format_html('<mark class="{}">{}</mark>', strength, one.words),))
        at = one.end
    parts.append((text[at:],))
    return format_html_join("", "{}", parts)


def mark_words(mark: Mark | None) -> str:
    """What let the firm into the chain."""
    if mark is None:
        return t("由办理人员或资料指定", "named by an official or a source")
    facts = {"field": str(word("placement_field", mark.found.field)), "word": mark.found.word}
    if mark.kind == "root":
        return t("{field}中有根词“{word}”", "root word “{word}” in the {field}", **facts)
    if mark.kind == "product":
        return t("{field}中有本链产品“{word}”", "product of the chain “{word}” in the {field}", **facts)
    if mark.beside is None:
        return t("行业代码{word}是本链主行业", "industry code {word} is a core industry of the chain", **facts)
    beside = {"other": str(word("placement_field", mark.beside.field)), "second": mark.beside.word}
    return t(
        "行业代码{word}与{other}中的“{second}”同时相符", "industry code {word} together with “{second}” in the {other}",
        **facts, **beside,
    )  # fmt: skip
