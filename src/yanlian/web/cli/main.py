"""All verbs, and the edge where refusals become sentences."""

from __future__ import annotations

import os
import sys

import typer

from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackFaults
from yanlian.web.cli import engine_verbs, rule_verbs
from yanlian.web.cli.output import stop

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Yanlian 沿链: from department files to money, with every step explained.",
)
app.add_typer(engine_verbs.pack, name="pack")
app.add_typer(rule_verbs.dmn, name="dmn")
app.registered_commands += rule_verbs.verbs.registered_commands
# These need no database, so they work before anything is set up.
_WITHOUT_DATABASE = {"pack", "dmn", "feel", "tck"}


def _with_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanlian.web.settings")
    import django

    django.setup()


def main() -> None:
    """Run one verb. A refusal is told in Chinese and English and ends with code 2."""
    if not _WITHOUT_DATABASE.intersection(sys.argv[1:2]):
        _with_django()
        from yanlian.web.cli import district_verbs, sample_verbs

        for more in (district_verbs.verbs, sample_verbs.verbs):
            app.registered_commands += more.registered_commands
            app.registered_groups += more.registered_groups
    try:
        app()
    except Refused as refusal:
        stop(f"{refusal.text('zh')}\n{refusal.text('en')}\n[{refusal.code}]")
    except PackFaults as found:
        lines = "\n".join(fault.line_text("zh") for fault in found.faults[:50])
        stop(f"政策包有错误，请先改正（yanlian pack check）。 The packs are faulty; mend them first.\n{lines}")
    except KeyboardInterrupt:
        stop("已中断，未完成的步骤可重新运行。 Interrupted; the unfinished step can be run again.", 130)


if __name__ == "__main__":
    main()
