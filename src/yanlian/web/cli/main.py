"""All verbs, and the edge where refusals become sentences."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import typer

from yanlian.base.refusal import Refused
from yanlian.web.cli.output import stop

if TYPE_CHECKING:
    from yanlian.engine.chain.template import ChainFaults
    from yanlian.engine.policy import PackFaults

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Yanlian 沿链: from department files to money, with every step explained.",
)


def _with_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanlian.web.settings")
    import django

    django.setup()


def _runs() -> None:
    from yanlian.web.cli import evaluate_verbs

    app.registered_commands += evaluate_verbs.verbs.registered_commands


def _chains() -> None:
    from yanlian.web.cli import chain_verbs

    app.add_typer(chain_verbs.chain, name="chain")


def _rules() -> None:
    from yanlian.web.cli import kit_verbs, rule_verbs

    app.add_typer(rule_verbs.dmn, name="dmn")
    app.registered_commands += [*rule_verbs.verbs.registered_commands, *kit_verbs.verbs.registered_commands]


def _packs() -> None:
    from yanlian.web.cli import chain_query_verbs, dossier_verbs, engine_verbs, returns_verbs, sandbox_verbs

    app.add_typer(chain_query_verbs.bench, name="bench")
    app.add_typer(engine_verbs.pack, name="pack")
    app.add_typer(sandbox_verbs.sandbox, name="sandbox")
    app.registered_commands += sandbox_verbs.verbs.registered_commands
    app.add_typer(dossier_verbs.dossiers, name="dossiers")
    app.registered_commands += returns_verbs.verbs.registered_commands


def _district() -> None:
    _with_django()
    from yanlian.web.cli import district_verbs, near_verbs, run_verbs

    app.add_typer(run_verbs.runs, name="runs")
    for more in (district_verbs.verbs, near_verbs.verbs):
        app.registered_commands += more.registered_commands


def _sample() -> None:
    _with_django()
    from yanlian.web.cli import sample_verbs

    app.registered_commands += sample_verbs.verbs.registered_commands
    app.registered_groups += sample_verbs.verbs.registered_groups


# Which verbs each room brings, in the order in which help tells them.
_ROOMS: Sequence[tuple[frozenset[str], Callable[[], None]]] = (
    (frozenset({"evaluate", "outcomes", "settle"}), _runs),
    (frozenset({"chain"}), _chains),
    (frozenset({"dmn", "feel", "tck"}), _rules),
    (frozenset({"pack", "dossiers", "bench", "sandbox", "calculate", "clawback"}), _packs),
    (
        frozenset(
            {"migrate", "manage", "import", "snapshot", "run", "explain", "serve", "runs", "near-miss", "nearly"}
        ),
        _district,
    ),
    (frozenset({"demo", "sample"}), _sample),
)


def _register(verb: str) -> None:
    """Take in the room that brings a verb, all rooms for help and for a verb that none brings: the rule language
    starts without packs and without a database, the demo without what draws the sample."""
    own = [room for verbs, room in _ROOMS if verb in verbs]
    for room in own or [room for _, room in _ROOMS]:
        room()


def main() -> None:
    """Run one verb. A refusal is told in Chinese and English and ends with code 2."""
    _register(sys.argv[1] if len(sys.argv) > 1 else "")
    try:
        app()
    except Refused as refusal:
        stop(f"{refusal.text('zh')}\n{refusal.text('en')}\n[{refusal.code}]")
    except SystemExit:
        raise
    except KeyboardInterrupt:
        stop("已中断，未完成的步骤可重新运行。 Interrupted; the unfinished step can be run again.", 130)
    except _chain_faults() as found:
        lines = "\n".join(one.line_text("zh") for one in found.findings[:50])
        stop(f"产业链文件有错误，请先改正（yanlian chain check）。 The chains are faulty; mend them first.\n{lines}")
    except _pack_faults() as found:
        lines = "\n".join(fault.line_text("zh") for fault in found.faults[:50])
        stop(f"政策包有错误，请先改正（yanlian pack check）。 The packs are faulty; mend them first.\n{lines}")


def _chain_faults() -> type[ChainFaults]:
    """Asked for only when something went wrong."""
    from yanlian.engine.chain.template import ChainFaults

    return ChainFaults


def _pack_faults() -> type[PackFaults]:
    """Asked for only when something went wrong: the rule language does not load the packs' room."""
    from yanlian.engine.policy import PackFaults

    return PackFaults


if __name__ == "__main__":
    main()
