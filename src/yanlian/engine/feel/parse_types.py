"""Types as written after `instance of` and in parameter lists."""

from __future__ import annotations

from yanlian.engine.feel import ast
from yanlian.engine.feel.names import KnownNames
from yanlian.engine.feel.stream import Stream

TYPE_NAMES = (
    "Any",
    "Null",
    "number",
    "string",
    "boolean",
    "date",
    "time",
    "date and time",
    "years and months duration",
    "year and month duration",
    "days and time duration",
    "day and time duration",
)
_MAX_DEPTH = 50


def parse_type(stream: Stream, known: KnownNames, depth: int = 0) -> ast.Type:
    """The type that stands at the current word."""
    start = stream.token.start
    if depth > _MAX_DEPTH:
        raise stream.source.refuse("feel_too_deep", stream.token.start, _MAX_DEPTH, stream.token.text)
    if stream.token.kind != "word":
        raise stream.unexpected("type", known=TYPE_NAMES)
    text = stream.token.text
    angle = stream.after(1).text == "<"
    if angle and text in {"list", "range"}:
        stream.advance(2)
        opened = stream.all[stream.at - 1].start
        member = parse_type(stream, known, depth + 1)
        stream.expect(">", opened)
        return ast.TypeOf(text, member, place=stream.place(start))
    if angle and text == "context":
        return _context(stream, known, depth)
    if angle and text == "function":
        return _function(stream, known, depth)
    found = known.longest(stream.all, stream.at)
    if found is not None:
        stream.advance(found[1])
        return ast.TypeName(found[0], place=stream.place(start))
    stream.advance()
    while stream.token.text == "." and stream.after(1).kind == "word":
        text = f"{text}.{stream.after(1).text}"
        stream.advance(2)
    return ast.TypeName(text, place=stream.place(start))


def _context(stream: Stream, known: KnownNames, depth: int) -> ast.ContextType:
    start, opened = stream.token.start, stream.after(1).start
    stream.advance(2)
    entries: list[ast.TypeEntry] = []
    while stream.token.text != ">":
        if entries:
            stream.expect(",", opened)
        at = stream.token.start
        name = stream.key_before_colon()
        if name is None:
            raise stream.unexpected("name:")
        entries.append(ast.TypeEntry(name, parse_type(stream, known, depth + 1), place=stream.place(at)))
    stream.advance()
    return ast.ContextType(tuple(entries), place=stream.place(start))


def _function(stream: Stream, known: KnownNames, depth: int) -> ast.FunctionType:
    start, opened = stream.token.start, stream.after(1).start
    stream.advance(2)
    parameters: list[ast.Type] = []
    while stream.token.text != ">":
        if parameters:
            stream.expect(",", opened)
        parameters.append(parse_type(stream, known, depth + 1))
    stream.advance()
    stream.expect("->")
    result = parse_type(stream, known, depth + 1)
    return ast.FunctionType(tuple(parameters), result, place=stream.place(start))
