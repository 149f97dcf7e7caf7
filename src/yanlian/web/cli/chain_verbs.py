"""`yanlian chain`: the chain engine on anyone's tables; without a database. Each subject adds its own file of verbs."""

from __future__ import annotations

import typer

from yanlian.web.cli import (
    complexity_verbs,
    gap_verbs,
    infer_verbs,
    intake_verbs,
    placement_verbs,
    risk_verbs,
    template_verbs,
)

chain = typer.Typer(no_args_is_help=True, help="Industry chains as a library: templates, complexity, risk.")
# One typer a subject (template_verbs.verbs, complexity_verbs.verbs, risk_verbs.verbs …): nobody edits another's.
_SUBJECTS: tuple[typer.Typer, ...] = (
    template_verbs.verbs,
    complexity_verbs.verbs,
    risk_verbs.verbs,
    infer_verbs.verbs,
    placement_verbs.verbs,
    gap_verbs.verbs,
    intake_verbs.verbs,
)


@chain.callback()
def _group() -> None:
    """A group even while it has one verb."""


for subject in _SUBJECTS:
    chain.registered_commands += subject.registered_commands
