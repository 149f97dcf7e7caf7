"""Trees of strangers' text: lines are kept, limits hold whatever is repeated, each room speaks in its own codes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from yanlian.base.tree import Growing, Listing, Mapped, Rules, Scalar, Tree, Unreadable, decoded, put, tree_of_yaml

TROUBLES = ("bytes", "depth", "nodes", "encoding", "syntax", "key twice", "alias")
RULES = Rules(1000, 5, 50, {one: one for one in TROUBLES})


def trouble(text: str, rules: Rules = RULES) -> tuple[str, int]:
    with pytest.raises(Unreadable) as found:
        tree_of_yaml(text, rules)
    return found.value.refusal.code, found.value.line


def plain(tree: Tree) -> object:
    if isinstance(tree, Scalar):
        return tree.text
    if isinstance(tree, Listing):
        return [plain(one) for one in tree.items]
    return {key: plain(entry.value) for key, entry in tree.entries.items()}


def test_every_value_and_key_knows_its_line_and_how_it_was_written():
    tree = tree_of_yaml("a: 1\nb:\n  - 'x'\n  - ~\nc: |\n  text\nd:\n", RULES)
    assert isinstance(tree, Mapped)
    assert [tree.line_of(key) for key in "abcd"] == [1, 2, 5, 7]
    items = tree.get("b")
    assert isinstance(items, Listing)
    assert items.items == [Scalar("x", 3, plain=False), Scalar("~", 4)]
    assert tree.get("c") == Scalar("text\n", 5, plain=False, block=True)
    assert (tree.get("d"), tree.get("e")) == (None, None)
    assert tree_of_yaml("", RULES).line == 1


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: [1\nb: 2", "syntax", 2),
        ("a: \x01", "syntax", 0),
        ("a: 1\n--- 2", "syntax", 2),
        ("a: *b", "syntax", 1),
        ("\n? [a]\n: 1", "syntax", 2),
        ("a: 1\nb: 2\na: 3", "key twice", 3),
        ("a:\n " + "[" * 5, "depth", 2),
        ("a: &a [[[1]]]\nb: [*a]\nc: [[*a]]", "depth", 3),
        ("[" + "1," * 50 + "]", "nodes", 1),
        ("a: &a [1, 2, 3, 4, 5, 6]\nb:\n" + "- *a\n" * 8, "nodes", 10),
    ],
)
def test_the_first_trouble_is_told_with_its_line(text: str, code: str, line: int):
    assert trouble(text) == (code, line)


@pytest.mark.parametrize("text", ["a: &x 1", "a: *x", "a: &x [1]", "&x a: 1"])
def test_a_room_may_forbid_aliases(text: str):
    assert trouble(text, replace(RULES, aliases=False)) == ("alias", 1)


def test_bytes_are_decoded_within_the_limit():
    assert decoded("\ufeff文".encode(), RULES) == "文"
    with pytest.raises(Unreadable) as found:
        decoded(b"a\nb\xff", RULES)
    assert (found.value.line, found.value.refusal.data["found"]) == (2, "0xff")
    with pytest.raises(Unreadable) as found:
        decoded(b"x" * 1001, RULES)
    assert found.value.refusal.data == {"what": "字节 bytes", "found": 1001, "expected": 1000}


def test_other_formats_grow_the_same_tree_step_by_step():
    growing = Growing(RULES)
    growing.open(Mapped(1))
    growing.add(Scalar("a", 1))
    growing.open(Listing(2))
    growing.add(Scalar("1", 2))
    growing.close(3)
    growing.close(3)
    assert plain(growing.tree) == {"a": ["1"]}
    with pytest.raises(Unreadable):
        growing.close(4)
    made = Mapped(1)
    put(made, Scalar("k", 7), Scalar("v", 7), RULES)
    with pytest.raises(Unreadable):
        put(made, Scalar("k", 8), Scalar("v", 8), RULES)
    assert (made.line_of("k"), len(made.entries)) == (7, 1)


values = st.recursive(
    st.text("ab:#'\"- \n文", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab文", max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(values)
def test_what_the_library_writes_is_read_as_it_was(value: object):
    text = yaml.safe_dump(value, allow_unicode=True)
    assert plain(tree_of_yaml(text, replace(RULES, most_depth=50, most_nodes=1000))) == value
