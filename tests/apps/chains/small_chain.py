"""A small chain of five segments, a district of four firms on it, and the people who look at it."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from yanlian.apps.chains.actions import Suggested, suggest_placements
from yanlian.apps.chains.actions_facts import add_links, add_outside_firms, add_products, add_references, add_ties
from yanlian.apps.chains.models import OutsideFirm, OutsideTie, ProductText, ReferenceFigure, SupplyLink
from yanlian.apps.people.models import User
from yanlian.apps.registry.models import Entity

CHAIN = Path(__file__).with_name("small_vr.yaml")


def write_chain(folder: Path) -> Path:
    """The chain as a file of a folder, which is what settings.CHAINS names."""
    folder.mkdir(exist_ok=True)
    (folder / "vr.yaml").write_bytes(CHAIN.read_bytes())
    return folder


def make_firm(code: str, name: str) -> Entity:
    return Entity.objects.create(code=code, name=name, kind="enterprise", fictional=True, recorded_at=timezone.now())


def make_person(username: str, role: str, department: str = "", entity_code: str = "") -> User:
    return User.objects.create(username=username, role=role, department=department, entity_code=entity_code)


def fill_chain(lens: Entity, headset: Entity) -> OutsideFirm:
    """One firm on each of two segments that trade, nobody on the screens, and an outside firm that makes them."""
    now = timezone.now()
    text = "Pancake光学模组的研发和生产"
    evidence = [{"field": "product", "text": text, "start": 0, "end": 11, "weight": 1.0}]
    suggest_placements(
        [
            Suggested(lens.pk, "vr", "vr-lens", 800_000, evidence, "样例（虚构）", "confirmed"),
            Suggested(headset.pk, "vr", "vr-headset", None, source="样例（虚构）", state="confirmed"),
            Suggested(lens.pk, "vr", "vr-glass", 420_000, source="样例（虚构）"),
        ]
    )
    add_products(
        [ProductText(entity=lens, text=text, revenue_share_ppm=700_000, source="样例（虚构）", recorded_at=now)]
    )
    link = {"year": 2024, "source": "样例（虚构）", "confidence": "C", "recorded_at": now}
    add_links([SupplyLink(supplier=lens, customer=headset, product="光学模组", amount_fen=12_345_600, **link)])
    firm = OutsideFirm(
        code="OUT-1", name="样例微显示一号（虚构）", place_code="440305", place="深圳市南山区", products=["硅基OLED"],
        year=2024, revenue_fen=5_000_000_000, growth_ppm=120_000, employees=80, branches=2, source="样例（虚构）",
        fictional=True, recorded_at=now,
    )  # fmt: skip
    add_outside_firms([firm])
    firm = OutsideFirm.objects.get(code="OUT-1")
    tie = {"kind": "supplies", "product": "硅基OLED", "amount_fen": 3_000_000, "source": "样例（虚构）"}
    add_ties([OutsideTie(firm=firm, entity=headset, year=2024, recorded_at=now, **tie)])
    add_references(
        [
            ReferenceFigure(
                area_code="370200", area="青岛市", chain="vr", segment=segment, year=2024, firms=firms,
                output_fen=firms * 10**10, source="样例（虚构）", fictional=True, recorded_at=now,
            )
            for segment, firms in (("vr-glass", 4), ("vr-lens", 6), ("vr-screen", 9), ("vr-headset", 3))
        ]
    )  # fmt: skip
    return firm


def fill_waiting(*firms: Entity) -> None:
    """Firms of whom only their products are known: they wait on the workbench."""
    now = timezone.now()
    texts = ("VR超透镜晶圆的研发", "VR一体机、头显整机组装", "折叠光路模组", "VR教育内容制作")
    add_products(
        [
            ProductText(entity=firm, text=text, source="样例（虚构）", recorded_at=now)
            for firm, text in zip(firms, texts, strict=True)
        ]
    )
