"""The published figures that the fictional enterprises add up to, and how tightly where the text says 余 or 超过.

Ids are those of districts/laoshan/figures.yaml. Money is whole fen. Each total belongs to one calibre and is carried by
firms whose number does not grow beyond that of a sample of 5,000 (only the other firms do), so that firms keep a
plausible size and the totals hold at every size of the sample:

- software income 2020 (F01) is the calibre 软件业务收入（全部企业）: `software_year` of software firms and of a few
  large manufacturers with embedded software, who carry most of it. That is how 90 billion a year and 4.7 billion of
  above-scale software firms in half a year (F29, calibre 规上企业营业收入) are both true.
- 产业规模 of virtual reality (F08) and 微电子产业营业收入 (F13) are taken as revenue declared by the cluster's firms.
- 智能制造企业 (F25) are the firms with a title 智能工厂, 智能制造示范 or 数字化车间 recognised by the end of 2021.
"""

from __future__ import annotations

YI = 100_000_000 * 100  # 亿元 in fen
WAN = 10_000 * 100  # 万元 in fen

SMALLEST_SAMPLE = 1_000
LARGEST_SAMPLE = 5_000_000
# Enterprises drawn together. A constant of the generator: the same seed and number give the same files on any machine.
BLOCK = 20_000

SOFTWARE_INCOME_2020 = 900 * YI  # F01, "达到": exactly
SOFTWARE_REPORTERS = 1_100
SOFTWARE_GROUPS = 20  # large manufacturers with embedded software
ABOVE_SCALE_SOFTWARE = 180
SOFTWARE_FLASH_2021H1 = 47 * YI  # F29, "达到": exactly
SOFTWARE_FLASH_2020H1 = 3_580_000_000 * 100  # F30: growth of 31.3 %, "超过30%"

VR_FIRMS = 116  # F07, 110余
VR_SCALE_2020 = 5_130_000_000 * 100  # F08, 超过50亿

MICRO_FIRMS_LIMIT = 200
MICRO_REVENUE_2020 = 860_000_000 * 100  # F13: exactly
# F14: a third of it. 8.6亿元 is no multiple of three fen; the nearest fen makes 2020 three times 2019 to 11 digits.
MICRO_REVENUE_2019 = 28_666_666_667

VERTICAL_PLATFORMS = 25  # F22: exactly
KEY_AI_PROJECTS = 23  # F24, 20余
SMART_MANUFACTURERS = 133  # F25, 突破130

BENEFICIARIES = 389  # F27: firms and persons together
BENEFICIARY_PERSONS = 119
PAID_TO_2021 = 8_436 * WAN  # F28, 8400余万
PAID_TO_PERSONS = 560 * WAN  # part of it

INVESTED_PROJECTS = 77  # F31
INVESTED_TO_2021 = 67 * YI  # F32: exactly

PLEDGE_LOANS_2020 = 31
PLEDGED_2020 = 8_360 * WAN  # F34, 8000余万

NEW_RESEARCH_BODIES = 12  # F35, 10余
TALENTS_2020 = 78_000  # F41: exactly

LISTED_TO_2021H1 = 8  # F45
LISTED_IN_2021H1 = 2  # F44


def microelectronics_firms(enterprises: int) -> int:
    """How many firms carry the microelectronics total in a sample of this size."""
    return min(MICRO_FIRMS_LIMIT, max(40, enterprises // 50))


def above_scale_software(enterprises: int) -> int:
    """How many software firms are above scale in a sample of this size; fewer than one in five of those that report."""
    return min(ABOVE_SCALE_SOFTWARE, enterprises * 9 // 250)
