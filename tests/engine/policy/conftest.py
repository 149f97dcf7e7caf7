"""Fixtures over tiny packs: the one outcome of a clause, and the faults of a pack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import AS_OF, Data, clause, document, run, written

from yanlian.engine.policy import Fault, Outcome, check_pack, load_packs


@pytest.fixture
def one(tmp_path: Path) -> Callable[..., Outcome]:
    """The single outcome of a clause with these keys over these facts."""

    def outcome(
        facts: Mapping[str, object] | None = None,
        as_of: date = AS_OF,
        kind: str = "enterprise",
        *,
        around: Data | None = None,
        **keys: object,
    ) -> Outcome:
        packs = load_packs([written(tmp_path, document(clause(**keys), **(around or {})))])
        found = run(packs, facts or {}, as_of, kind)
        assert len(found) == 1, found
        return found[0]

    return outcome


@pytest.fixture
def faults(tmp_path: Path) -> Callable[..., list[Fault]]:
    """All faults of a pack with one clause with these keys."""

    def found(*, around: Data | None = None, pack: Data | None = None, **keys: object) -> list[Fault]:
        return check_pack(written(tmp_path, document(clause(**keys), **(around or {})), **(pack or {})))

    return found
