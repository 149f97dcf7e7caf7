"""Results as Markdown tables, for the screen and for `bench/README.md`."""

from __future__ import annotations

from typing import Any

MODE_TITLES = {"loaded": "from memory to outcomes", "end_to_end": "from Parquet to Parquet"}
Result = dict[str, Any]


def table(result: Result) -> str:
    """One result: a row an engine."""
    modes = [mode for mode in MODE_TITLES if mode in result["ratios"]] or ["loaded"]
    head = ["engine"]
    for mode in modes:
        head += [f"CPU s {MODE_TITLES[mode]}", "ratio", "wall s", "most memory"]
    lines = [*_head([*head, "wrong enterprises", "clause totals"])]
    for name, one in result["engines"].items():
        cells = [f"{name} {one['version']}" + (" ¹" if one["scaled"] else "")]
        for mode in modes:
            cells += _cells(one[mode], result["ratios"][mode][name], scaled=one["scaled"])
        lines.append(_line([*cells, _wrong(one), _clauses(one)]))
    floor = [_cells(result["floor"][mode], None, scaled=False) for mode in modes if mode in result["floor"]]
    if len(floor) == len(modes):
        lines.append(_line(["floor: every figure read once", *(cell for part in floor for cell in part), "–", "–"]))
    return "\n".join([*lines, "", *(f"- {note}" for note in _notes(result))])


def scaling(points: list[Result], axis: str) -> str:
    """Several results along an axis (rows, clauses, threads): CPU and wall seconds of each engine at each point."""
    modes = [mode for mode in MODE_TITLES if all(mode in point["ratios"] for point in points)]
    names = list(dict.fromkeys(name for point in points for name in point["engines"]))
    parts: list[str] = []
    for mode in modes:
        heads = [f"{point[axis]:,} {axis}" for point in points]
        parts += [f"CPU seconds (wall; most memory) {MODE_TITLES[mode]}", "", *_head(["engine", *heads])]
        for name in names:
            found = [point["engines"].get(name) for point in points]
            cells = ["–" if one is None else _short(one[mode], scaled=one["scaled"]) for one in found]
            parts.append(_line([name, *cells]))
        parts.append(_line(["floor", *(_short(point["floor"][mode], scaled=False) for point in points)]))
        parts.append("")
    for point in points:
        wrong = {name: one for name, one in point["engines"].items() if not one["exact"]}
        lines = [f"{name}: wrong enterprises {_wrong(one)}; clauses: {_clauses(one)}." for name, one in wrong.items()]
        parts += [f"- {axis} {point[axis]:,}: {note}" for note in (*_notes(point), *lines)]
    return "\n".join(parts)


def _notes(result: Result) -> list[str]:
    exact = result["exact"]
    known = {True: "equal to expected.json", False: "NOT those of expected.json", None: "not on record"}
    size = f"{result['rows']:,} rows × {result['clauses']} clauses"
    how = f"{result['rounds']} rounds, {result['threads']} thread(s)"
    notes = [f"{size}, {how}; exact total {exact['total_fen']} fen, {known[exact['as_expected']]}."]
    notes += [
        f"¹ {name}: {one['rows_measured']:,} rows measured, seconds scaled to all; memory is that of the sample."
        for name, one in result["engines"].items()
        if one["scaled"]
    ]
    notes += [
        f"{name}: compiled in {one['loaded']['warm_cpu']:.2f} s of CPU, not counted above."
        for name, one in result["engines"].items()
        if name.startswith("numba") and "loaded" in one
    ]
    notes += [
        f"{name}: dossiers made of the tables in {one['build_cpu']:.2f} s of CPU, not counted above."
        for name, one in result["engines"].items()
        if one["build_cpu"]
    ]
    return notes + [f"Left out: {name}, {why}." for name, why in result["left_out"].items()]


def _cells(found: Result, ratio: float | None, *, scaled: bool) -> list[str]:
    memory = f"{found['peak_bytes'] / 1e6:,.0f} MB" + (" ¹" if scaled else "")
    return [_seconds(found["cpu"]), "–" if ratio is None else _times(ratio), _seconds(found["wall"]), memory]


def _short(found: Result, *, scaled: bool) -> str:
    memory = f"{found['peak_bytes'] / 1e6:,.0f} MB" + (" ¹" if scaled else "")
    return f"{_seconds(found['cpu'])} ({_seconds(found['wall'])}; {memory})"


def _times(ratio: float) -> str:
    return f"{ratio:,.2f}×" if ratio >= 0.1 else f"{ratio:.2g}×"


def _seconds(value: float) -> str:
    return f"{value:,.1f}" if value >= 10 else f"{value:.3f}"


def _wrong(one: Result) -> str:
    wrong = one["wrong_entities"]
    if wrong is None:
        return "not kept"
    if not wrong["wrong"]:
        return "0"
    worst, net = wrong["worst_fen"] / 100, wrong["net_fen"] / 100
    return f"{wrong['wrong']:,} (worst {worst:,.2f} yuan, net {net:,.2f} yuan)"


def _clauses(one: Result) -> str:
    wrong = one["wrong_clauses"]
    if not wrong:
        return "all 20 equal" if one["exact"] else "all 20 equal, payments differ"
    return f"{len(wrong)} differ: {' '.join(wrong)}"


def _head(cells: list[str]) -> list[str]:
    return [_line(cells), _line(["---", *["---:"] * (len(cells) - 1)])]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
