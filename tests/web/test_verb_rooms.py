"""The command line loads the room of a verb and no other: every verb stands in the table of rooms."""

from __future__ import annotations

import importlib

import pytest
import typer

main = importlib.import_module("yanlian.web.cli.main")


@pytest.fixture
def app(monkeypatch) -> typer.Typer:
    empty = typer.Typer()
    monkeypatch.setattr(main, "app", empty)
    return empty


def names(app: typer.Typer) -> set[str]:
    return {str(one.name) for one in [*app.registered_commands, *app.registered_groups]}


@pytest.mark.parametrize("room", range(len(main._ROOMS)))
def test_a_room_brings_exactly_the_verbs_of_its_line(app, room):
    verbs, take_in = main._ROOMS[room]
    take_in()
    assert names(app) == verbs


def test_help_and_an_unknown_verb_load_all_rooms_and_a_known_verb_its_own(app, monkeypatch):
    main._register("--help")
    every = names(app)
    assert every == set().union(*(verbs for verbs, _ in main._ROOMS))
    monkeypatch.setattr(main, "app", typer.Typer())
    main._register("evaluate")
    assert names(main.app) == {"evaluate", "outcomes", "settle"}
