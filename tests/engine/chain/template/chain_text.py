"""A small chain that nothing is wrong with, and ways to spoil it."""

from __future__ import annotations

from pathlib import Path

from yanlian.engine.chain.template import ChainFaults, Finding, read_chain

SMALL = """\
chain:
  id: kite
  title: 风筝
  title_en: Kites
  stated: 2026-11-01
  root: [风筝, 纸鸢]
  note: 例
sources:
  - {id: S1, title: 地方产业目录, publisher: 某区, published: 2024-05-01, url: 'https://example.org/1', grade: B}
segments:
  - id: kite-paper
    title: 纸绢
    title_en: Paper and silk
    position: upstream
    tier: 1
    group: 材料
    products: [{name: 宣纸, aliases: [生宣]}, 绢]
    industries: ['2221', '0111']
    excludes: [废纸]
    note: 面料
    sources: [S1]
  - id: kite-frame
    title: 骨架
    title_en: Frames
    position: upstream
    tier: 1
    group: 材料
    sources: [S1]
  - id: kite-making
    title: 扎制
    title_en: Making
    position: 中游
    tier: 1
    group: 制造
    products: [风筝成品]
    industries: ['2452']
    sources: [S1]
edges:
  - {from: kite-paper, to: kite-making, product: 纸绢, essential: 2, sources: [S1], stated: 2024-05-01, confidence: B}
  - {from: kite-frame, to: kite-making, product: 骨架, essential: 2, sources: [S1], stated: 2024-05-01, confidence: B}
"""


def faults(folder: Path, text: str | bytes) -> tuple[Finding, ...]:
    """What the reader says of a text."""
    file = folder / "kite.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        read_chain(file)
    except ChainFaults as found:
        return found.findings
    return ()


def codes_at(found: tuple[Finding, ...]) -> list[tuple[int, str]]:
    """Line and code of each."""
    return [(one.line, one.code) for one in found]
