"""What is read of an organisation: its texts by field, cut into pieces that n-grams never cross, with exact offsets.

Boilerplate of Chinese registrations (the sentences about approval, legal forms, what a scope does *not* contain, the
的研发、生产和销售 behind a product) is left out here; phrases that every firm writes (技术服务, 技术开发 …) stay in
with a low weight.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Field = Literal["name", "scope", "product", "patent", "industry"]
FIELDS: Sequence[Field] = ("name", "scope", "product", "patent", "industry")
# How much a field says about what a firm does, relative to a product that makes all of its revenue. The name's weight
# was chosen on held-out firms (docs/reference/placement.md); scope and patents are set, not measured.
FIELD_WEIGHT: Mapping[Field, float] = {"name": 0.5, "scope": 1.0, "product": 1.0, "patent": 0.6, "industry": 0.7}
# A product below this share of revenue still counts as this much.
LEAST_SHARE = 0.003
# What nearly every scope contains says little.
GENERAL_WEIGHT = 0.15

_APPROVAL = re.compile(
    r"[（(【\[]?\s*(?:除)?依法须经批准的项目.*?(?:[)）】\]]|。|；|;|$)|[（(]虚构[^（()）]*[)）]|[（(][^（()）]*(?:不含|不得|除外|凭[^（()）]*许可证)[^（()）]*[)）]"
    r"|(?:许可|一般)(?:经营)?项目\s*[：:]|凭营业执照依法自主开展经营活动|具体经营项目以[^。；;]*|经相关部门批准后方可开展经营活动"
)
# What is done with a product, in the words that stand behind nearly every one: X的研发、生产和销售, X研制与销售.
_DOING = r"(?:研发|研制|设计|开发|生产|制造|加工|销售|集成|运维|安装|维修|服务|技术服务|解决方案)"
_ACTIVITY = re.compile(
    rf"的{_DOING}(?:[、，和及与]{_DOING})*(?=$|[；;。，,、\s])|{_DOING}(?:[、和及与]{_DOING})+(?=$|[；;。\s])|{_APPROVAL.pattern}"
)
_LEGAL_FORM = re.compile(
    r"[（(](?:集团|控股|特殊普通合伙|普通合伙|有限合伙|虚构)[)）]|(?:控股)?(?:集团)?(?:股份)?有限(?:责任)?公司|分公司|^\*?ST"
)
_GENERAL = re.compile(
    r"(?:技术(?:服务|开发|咨询|交流|转让|推广|进出口|研发)|货物进出口|进出口代理|信息咨询服务|企业管理(?:咨询)?|会议及展览服务"
    r"|(?:(?:以)?自有资金|从事)?投资(?:活动|管理|咨询)?|国内贸易代理|社会经济咨询服务|市场营销策划|广告(?:设计、代理|制作|发布))"
)
_SCOPE_PIECE = re.compile(r"[^；;。，,、\n]+")
_WHOLE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Written:
    """One text of an organisation. `share`: of its revenue (0 … 1), for products where it is known."""

    field: Field
    text: str
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known in words of one organisation."""

    id: str
    texts: tuple[Written, ...]


def only_names(profile: Profile) -> bool:
    """Whether nothing is known of an organisation but what it is called."""
    return all(one.field == "name" for one in profile.texts)


def by_name(profile: Profile) -> Profile:
    """The organisation as if nothing were known of it but its names."""
    return Profile(profile.id, tuple(one for one in profile.texts if one.field == "name"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one text (`text`: its number in the profile) and how much it counts."""

    text: int
    start: int
    end: int
    weight: float


def pieces_of(profile: Profile) -> list[Piece]:
    """The pieces of all texts of an organisation, in their order.

    A product weighs the square root of its share of revenue (or of 1 over the number of products where no share is
    known); the k-th item of a scope 1 / sqrt(k), since the main business is written first; a patent 1 / sqrt(patents).
    """
    counts = {field: sum(one.field == field for one in profile.texts) for field in FIELDS}
    found = []
    for number, written in enumerate(profile.texts):
        weight = FIELD_WEIGHT[written.field] * _text_weight(written, counts[written.field])
        for order, (start, end) in enumerate(_stretches(written)):
            found.append(Piece(number, start, end, weight * _piece_weight(written, order, start, end)))
    return found


def _text_weight(written: Written, count: int) -> float:
    if written.field == "product":
        share = 1.0 / count if written.share is None else min(1.0, max(written.share, LEAST_SHARE))
        return float(share**0.5)
    return float(count**-0.5) if written.field == "patent" else 1.0


def _piece_weight(written: Written, order: int, start: int, end: int) -> float:
    if written.field != "scope":
        return 1.0
    general = GENERAL_WEIGHT if _GENERAL.fullmatch(written.text, start, end) else 1.0
    return float((order + 1) ** -0.5) * general


def _stretches(written: Written) -> Iterator[tuple[int, int]]:
    """Start and end of each piece: items of a scope, otherwise the whole text without what is left out."""
    text = written.text
    if written.field == "scope":
        left_out, cut = _ACTIVITY, _SCOPE_PIECE
    else:
        left_out, cut = (_LEGAL_FORM if written.field == "name" else _ACTIVITY), _WHOLE
    at = 0
    for start, end in [*(one.span() for one in left_out.finditer(text)), (len(text), len(text))]:
        for piece in cut.finditer(text, at, start):
            yield _trimmed(text, *piece.span())
        at = end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
