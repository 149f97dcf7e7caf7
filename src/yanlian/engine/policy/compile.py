"""From packs as read to packs that run: names resolved, formulas compiled once, every fault with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import RecordKind, Schema
from yanlian.engine.feel import FeelError, Function, ast, compile_expression, parse
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.names import KEYWORDS, needs_telling
from yanlian.engine.feel.tokens import words_of
from yanlian.engine.policy.compile_table import compile_table
from yanlian.engine.policy.compiled import (
    BASE_NAMES,
    DISTRICT,
    DOCUMENT_NAMES,
    EVENT_NAMES,
    PARAMETER_ON,
    Expression,
    Home,
    Item,
)
from yanlian.engine.policy.fault import Faults
from yanlian.engine.policy.functions import PACK_FUNCTIONS, scale_function
from yanlian.engine.policy.model import Definition, Formula, Names, Parameter, Scale, Table
from yanlian.engine.policy.naming import Kind, NameCheck
from yanlian.engine.policy.reading import nearest
from yanlian.engine.policy.shorthand import SHORTHANDS, has_shorthand, misused, written_out

FUNCTION_NAMES: Mapping[str, object] = {**FUNCTIONS, **PACK_FUNCTIONS}


class Compiler:
    """Compiles the formulas of one pack set. `at` is told to `faults` before each formula."""

    def __init__(self, schema: Schema, faults: Faults) -> None:
        self.schema = schema
        self.faults = faults
        self.open: list[Item] = []
        self.done: set[int] = set()
        self.kinds: dict[int, Kind] = {}
        # The kind of record that an event's name stands for: by home and name.
        self.event_kinds: dict[tuple[tuple[str, ...], str], Kind] = {}
        # The definitions of clauses that stand behind a name which a document borrows from its clauses.
        self.borrowed: dict[tuple[tuple[str, ...], str], list[Item]] = {}

    # Names

    def declare(self, home: Home, names: Names, around: Mapping[str, Item]) -> None:
        """Give a home its own items and those it sees around it; a name that stands for two things is a fault."""
        home.visible = dict(around)
        for name, source in names.all().items():
            item = Item(name, home, source)
            file, line = _place(source)
            self.faults.at(home.pack.id, file, home.key[-1] if len(home.key) == 3 else "")
            if name in home.visible or self._taken(name):
                self.faults.add(line, "pack_name_clash", found=name, where=" / ".join(home.key))
            elif not _can_be_name(name):
                self.faults.add(line, "pack_name_bad", found=name)
            home.own[name] = item
            home.visible[name] = item
            if isinstance(source, Scale):
                item.function = scale_function(source)

    def _taken(self, name: str) -> bool:
        if name in self.schema.names or name in FUNCTION_NAMES or name == PARAMETER_ON:
            return True
        if name in SHORTHANDS:
            return True
        return name in BASE_NAMES | DOCUMENT_NAMES | EVENT_NAMES or name in self.entity_names()

    def entity_names(self) -> set[str]:
        """The beneficiary's own names."""
        return {name for field in self.schema.entity.values() for name in (field.zh, field.key)}

    def kind_of(self, home: Home, name: str) -> Kind:
        """The kind of record behind a name; KeyError when there is no such name here."""
        if name in home.visible:
            return self.kinds.get(id(self.settle(home.visible[name])))
        if name in self.schema.names:
            return self.schema.names[name]
        if name in home.event_names:
            return None if name == "事件日" else self._borrowed_kind(home, name)
        if name in BASE_NAMES or name == PARAMETER_ON or name in self.entity_names():
            return None
        if home.document is not None and name in DOCUMENT_NAMES:
            return None
        raise KeyError(name)

    def _borrowed_kind(self, home: Home, name: str) -> Kind:
        """The kind behind the name of an event or of something that clauses define: known when all agree on it."""
        kinds = [self.kinds.get(id(self.settle(item))) for item in self.borrowed.get((home.key, name), ())]
        if (home.key, name) in self.event_kinds:
            kinds.append(self.event_kinds[home.key, name])
        return kinds[0] if kinds and all(kind == kinds[0] for kind in kinds) else None

    def names_of(self, home: Home) -> list[str]:
        """All names in scope, for hints."""
        names = [*home.visible, *self.schema.names, *home.event_names, *BASE_NAMES, *self.entity_names()]
        return [*names, *(DOCUMENT_NAMES if home.document else ()), *FUNCTION_NAMES, *SHORTHANDS, PARAMETER_ON]

    # Items

    def settle(self, item: Item) -> Item:
        """Compile a definition or table when it is first needed; a circle of them is a fault."""
        if id(item) in self.done:
            return item
        if item in self.open:
            circle = [one.name for one in self.open[self.open.index(item) :]]
            self._at(item)
            file_line = _place(item.source)[1]
            self.faults.add(file_line, "pack_cycle", found=" → ".join([*circle, item.name]))
            return item
        self.open.append(item)
        here = (self.faults.pack, self.faults.file, self.faults.clause)
        self._at(item)
        if isinstance(item.source, Definition):
            item.expression, kind = self.compile(item.source.formula, item.home)
            self.kinds[id(item)] = kind
            self._reach(item, [item.expression] if item.expression else [])
        elif isinstance(item.source, Table):
            item.table, expressions = compile_table(self, item.source, item.home)
            self._reach(item, expressions)
        elif isinstance(item.source, Parameter):
            item.dated = True
        self.faults.at(*here)
        self.open.pop()
        self.done.add(id(item))
        return item

    def _at(self, item: Item) -> None:
        clause = item.home.key[-1] if len(item.home.key) == 3 else ""
        self.faults.at(item.home.pack.id, _place(item.source)[0], clause)

    def _reach(self, item: Item, expressions: Sequence[Expression]) -> None:
        item.reach = frozenset().union(*(one.reach for one in expressions))
        item.dated = any(one.dated for one in expressions)

    # Formulas

    def compile(self, formula: Formula, home: Home) -> tuple[Expression | None, Kind]:
        """A formula compiled, and the kind of record it gives. None when it has a fault, which is noted."""
        before = len(self.faults.found)
        try:
            functions = self.functions(home)
            text = self._plain_feel(formula, home, functions)
            compiled = compile_expression(
                text, names=self.special_names(home), units=True, functions=functions, where="FEEL"
            )
        except FeelError as error:
            self.feel_fault(formula, error)
            return None, None
        uses, kind = self.check(compiled.ast, formula, home)
        if len(self.faults.errors) and len(self.faults.found) > before and self._failed(before):
            return None, kind
        reach, dated = self.reach_of(uses, home)
        constant = None
        if not uses and isinstance(compiled.ast, ast.Number):
            constant = compiled.ast.value
        plain = "" if uses & self._own_names(home) else " ".join(formula.text.split())
        if plain and DISTRICT in uses:
            # The same words mean another district in another pack.
            plain = f"{home.pack.district}: {plain}"
        return Expression(formula, compiled, uses, reach, dated, constant, plain), kind

    def _plain_feel(self, formula: Formula, home: Home, functions: Iterable[str]) -> str | ast.Expression:
        """The formula with calls of shorthands written out; the text itself where there are none."""
        if not has_shorthand(formula.text):
            return formula.text
        names = (*self.special_names(home), *functions, *SHORTHANDS)
        tree = written_out(parse(formula.text, names=names, units=True, where="FEEL"))
        for node, refusal in misused(tree):
            self.faults.add_refusal(formula.line_of(node.place.line), refusal)
        return tree

    def _own_names(self, home: Home) -> set[str]:
        """Names whose meaning hangs on where they stand."""
        return {*home.visible, *home.event_names, *DOCUMENT_NAMES, PARAMETER_ON}

    def _failed(self, before: int) -> bool:
        return any(fault.severity == "error" for fault in self.faults.found[before:])

    def check(self, tree: ast.Node, formula: Formula, home: Home) -> tuple[frozenset[str], Kind]:
        """Check the names in a tree."""

        def wrong(node: ast.Node, refusal: Refused) -> None:
            self.faults.add_refusal(formula.line_of(node.place.line), refusal)

        checker = NameCheck(
            kind_of=lambda name: self.kind_of(home, name),
            known=lambda: self.names_of(home),
            functions=FUNCTION_NAMES,
            wrong=wrong,
            quoted=formula.quoted and _is_one_name(tree),
        )
        kind = checker.kind(tree, {})
        self._check_parameter_names(tree, formula, home)
        return frozenset(checker.uses), kind

    def _check_parameter_names(self, tree: ast.Node, formula: Formula, home: Home) -> None:
        if PARAMETER_ON not in formula.text:
            return
        for node, _ in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.function, ast.Name):
                continue
            if node.function.name != PARAMETER_ON or not node.positional:
                continue
            first = node.positional[0]
            known = [name for name, item in home.visible.items() if isinstance(item.source, Parameter)]
            if isinstance(first, ast.String) and first.value not in known:
                line = formula.line_of(first.place.line)
                self.faults.add_refusal(line, unknown_name(first.value, known))

    def reach_of(self, uses: Iterable[str], home: Home) -> tuple[frozenset[str], bool]:
        """What a formula reaches through definitions and tables that only a clause can say: events, and names that the
        clauses of a document define each for itself. Also, whether it reaches a parameter."""
        reach: set[str] = set()
        dated = False
        for name in uses:
            item = home.visible.get(name)
            if item is None:
                reach |= {name} & home.event_names
                continue
            dated = dated or item.dated
            for borrowed in item.reach:
                own = home.own.get(borrowed)
                if own is None:
                    reach.add(borrowed)
                else:
                    reach |= self.settle(own).reach
                    dated = dated or own.dated
        return frozenset(reach), dated

    def special_names(self, home: Home) -> list[str]:
        """The names that FEEL cannot read as one word unless it is told."""
        return [name for name in home.visible if needs_telling(name)]

    def functions(self, home: Home) -> dict[str, Function | Callable[..., object]]:
        """Functions that are the same for every dossier: those of packs, and the scales in scope."""
        scales = {name: item.function for name, item in home.visible.items() if item.function is not None}
        return {**PACK_FUNCTIONS, **scales}

    def feel_fault(self, formula: Formula, error: FeelError) -> None:
        """Note a fault of the FEEL text at its line of the file."""
        line = error.data.get("line")
        at = formula.line_of(line if isinstance(line, int) else 1)
        shown = FeelError(error.code, **{**error.data, "where": formula.text[:60]})
        self.faults.add_refusal(at, shown)


def unknown_name(name: str, known: Iterable[str]) -> Refused:
    """The refusal of a name that does not exist."""
    return Refused("pack_name_unknown", found=name, nearest=nearest(name, known))


def _is_one_name(tree: ast.Node) -> bool:
    """A formula or cell that is nothing but a name: text, probably, that lost its quotes."""
    if isinstance(tree, ast.UnaryTests):
        return len(tree.tests) == 1 and isinstance(tree.tests[0].value, ast.Name)
    return isinstance(tree, ast.Name)


def _can_be_name(name: str) -> bool:
    """Whether FEEL can spell it: it begins with a letter or Chinese character, is no keyword, has no brackets."""
    words = words_of(name)
    return bool(words) and words[0][0].isalpha() and name not in KEYWORDS and not set(name) & set("()[]{}\"',:=<>@?")


def _place(source: Parameter | Scale | Table | Definition) -> tuple[str, int]:
    if isinstance(source, Definition):
        return source.formula.file, source.formula.line
    return source.file, source.line


def is_record(kind: Kind) -> str | None:
    """The key of a record kind."""
    return kind.key if isinstance(kind, RecordKind) else None
