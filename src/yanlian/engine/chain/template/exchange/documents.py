"""Chains as documents: YAML in the layout that people write, and JSON with the same keys."""

from __future__ import annotations

import json
import re

import yaml

from yanlian.base.tree import Growing, Listing, Mapped, Scalar, Tree
from yanlian.engine.chain.template.exchange.plain import Plain, plain_chain
from yanlian.engine.chain.template.model import Chain
from yanlian.engine.chain.template.tree import RULES, syntax

_TOKEN = re.compile(r'[ \t\n\r]+|[{}\[\]:,]|"(?:[^"\\]|\\.)*"|[^{}\[\]:,"\s]+|.', re.DOTALL)


class _Flow(dict[str, Plain]):
    """A mapping that is written in one line."""


class _Row(list[Plain]):
    """A list that is written in one line."""


class _Block(str):
    """A text of several lines."""


class _Dumper(yaml.SafeDumper):
    """Plain data with the layout above; no references, so that every place stands for itself."""

    def ignore_aliases(self, data: object) -> bool:
        """Nothing is written as a reference to an earlier place."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists are indented under their key."""
        super().increase_indent(flow, indentless=False)


_Dumper.add_representer(_Flow, lambda d, v: d.represent_mapping("tag:yaml.org,2002:map", v.items(), flow_style=True))
_Dumper.add_representer(_Row, lambda d, v: d.represent_sequence("tag:yaml.org,2002:seq", v, flow_style=True))
_Dumper.add_representer(_Block, lambda d, v: d.represent_scalar("tag:yaml.org,2002:str", str(v), style="|"))


def yaml_text(chain: Chain) -> str:
    """The chain as YAML: sources and edges a line each."""
    found: dict[str, object] = {}
    for part, value in plain_chain(chain).items():
        if isinstance(value, dict):
            found[part] = _laid(value)
        elif isinstance(value, list):
            found[part] = [_laid(one) if part == "segments" else _flow(one) for one in value if isinstance(one, dict)]
    return yaml.dump(found, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000_000)


def _laid(values: dict[str, Plain]) -> dict[str, object]:
    """A mapping over several lines: short lists in one line, products and answers a line each."""
    laid: dict[str, object] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            laid[key] = dict(value)
        elif isinstance(value, list):
            laid[key] = [_flow(one) for one in value] if key in {"products", "accepted"} else _Row(value)
        else:
            laid[key] = _Block(value) if isinstance(value, str) and "\n" in value else value
    return laid


def _flow(value: Plain) -> object:
    if isinstance(value, dict):
        return _Flow({key: _Row(one) if isinstance(one, list) else one for key, one in value.items()})
    return value


def json_text(chain: Chain) -> str:
    """The chain as JSON."""
    return json.dumps(plain_chain(chain), ensure_ascii=False, indent=1) + "\n"


def json_tree(text: str) -> Tree:
    """The tree of a JSON text, with lines. Raises `Unreadable`."""
    growing = Growing(RULES)
    _grow(growing, text)
    try:
        # The steps are lenient with commas and colons; the standard library is not.
        json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        raise syntax(fault.lineno, fault.msg) from None
    return growing.tree


def _no_constant(name: str) -> object:
    raise syntax(0, name)


def _grow(growing: Growing, text: str) -> None:
    place, line = 0, 1
    while place < len(text):
        token = _TOKEN.match(text, place)
        assert token is not None, "every character is at least a token of its own"
        word = token[0]
        place = token.end()
        if word.startswith('"'):
            growing.add(Scalar(_string(word, line), line, plain=False))
        elif word in {"{", "["}:
            growing.open(Mapped(line) if word == "{" else Listing(line))
        elif word in {"}", "]"}:
            growing.close(line)
        elif word not in {":", ","} and word.strip(" \t\n\r"):
            growing.add(Scalar(word, line))
        line += word.count("\n")


def _string(token: str, line: int) -> str:
    try:
        return str(json.loads(token))
    except json.JSONDecodeError as fault:
        raise syntax(line, fault.msg) from None
