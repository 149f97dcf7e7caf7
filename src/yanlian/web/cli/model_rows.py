"""`yanlian dmn run --rows`: what is said before, during and after a model runs over the rows of a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from yanlian.base.refusal import Language, Refused
from yanlian.engine.feel.dmn.rows import MAX_TOLD, Table
from yanlian.engine.stream.models import ModelJob, RowsResult, run_rows
from yanlian.engine.stream.progress import Progress
from yanlian.web.cli.output import console, errors, progress_bar

_SAYS = {
    "inputs": ("输入列：{0}", "Input columns: {0}"),
    "given": ("由列直接给出、不再计算的决策：{0}", "Decisions given by a column, not made: {0}"),
    "missing": ("没有列的输入（按 null 计）：{0}", "Inputs without a column (null): {0}"),
    "kept": ("不是输入、原样保留的列：{0}", "Columns that are no inputs and go through: {0}"),
    "unused": ("不是输入、未使用的键：{0}", "Keys that are no inputs and are not used: {0}"),
    "floats": (
        "以下列是二进制浮点数，按最短的十进制写法读入：{0}",
        "Binary floating-point columns, read as the shortest decimals: {0}",
    ),
    "done": ("{0}：{1:,} 行，{2:.1f} 秒", "{0}: {1:,} rows, {2:.1f} s"),
    "resumed": ("（其中 {0:,} 行此前已完成）", " ({0:,} of them finished earlier)"),
    "counts": (
        "不能读出的行：{0:,}；输入不合类型的行：{1:,}；结果含 null 的行：{2:,}",
        "rows that could not be read: {0:,}; with an input that does not fit: {1:,}; with a null result: {2:,}",
    ),
    "row": ("第{0}行：{1}", "line {0}: {1}"),
    "more": ("……另有 {0:,} 行，见 errors 列", "… and {0:,} more rows, see the column errors"),
    "reason": ("{0}：{1:,} 行。{2}", "{0}: {1:,} rows. {2}"),
    "stopped": (
        "已中断；已完成的部分已保留，重新运行同一命令即从中断处继续。",
        "Interrupted; what was finished is kept. Run the same command again to go on.",
    ),
}


def run_over_rows(
    model: Path,
    imported: Sequence[Path],
    rows: Path,
    out: Path,
    decisions: Sequence[str],
    decimals: int | None,
    workers: int,
    *,
    english: bool,
) -> None:
    """Run and tell. Bad rows are told with their lines at the end; they do not stop the run."""

    def say(key: str, *facts: object) -> str:
        return _SAYS[key][1 if english else 0].format(*facts)

    def begun(table: Table) -> None:
        kept = "unused" if rows.suffix.lower() in {".jsonl", ".ndjson"} else "kept"
        for key, names in (
            ("inputs", table.inputs),
            ("given", table.given),
            ("missing", table.missing),
            (kept, table.kept),
            ("floats", table.floats),
        ):
            if names:
                errors.print(say(key, ", ".join(names)), soft_wrap=True, markup=False)

    models = tuple((file.name, file.read_bytes()) for file in (model, *imported))
    job = ModelJob(models, datetime.now().astimezone(), tuple(decisions), decimals)
    try:
        with progress_bar(model.name) as step:

            def tell(progress: Progress) -> None:
                step(progress.done, progress.total)

            found = run_rows(job, rows, out, workers=workers or os.cpu_count() or 1, progress=tell, begun=begun)
    except KeyboardInterrupt:
        errors.print(say("stopped"), soft_wrap=True, markup=False)
        raise
    _tell(found, out, english=english)


def _tell(found: RowsResult, out: Path, *, english: bool) -> None:
    """What the run came to: counts, then reasons by how often, then the first bad rows with their lines."""
    language: Language = "en" if english else "zh"

    def say(key: str, *facts: object) -> None:
        errors.print(_SAYS[key][1 if english else 0].format(*facts), soft_wrap=True, markup=False)

    tally = found.tally
    text = _SAYS["done"][1 if english else 0].format(out, tally.rows, found.seconds)
    if found.resumed:
        text += _SAYS["resumed"][1 if english else 0].format(found.resumed)
    console.print(text, soft_wrap=True, markup=False)
    say("counts", tally.unread, tally.unfit, tally.nulls)
    for code, rows in sorted(tally.reasons.items(), key=lambda item: (-item[1], item[0]))[:MAX_TOLD]:
        say("reason", code, rows, Refused(code).text(language))
    for line, reasons in tally.told:
        say("row", line, reasons)
    more = tally.unread + tally.unfit - len(tally.told)
    if more > 0:
        say("more", more)
