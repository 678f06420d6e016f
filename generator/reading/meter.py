"""How much work a template is: charges put into it as it is compiled, what values weigh, and what is too large."""

import re
from collections.abc import ItemsView, Iterable, KeysView, ValuesView
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from string import Formatter
from sys import getsizeof
from types import MappingProxyType
from typing import Any, NoReturn, cast

from jinja2 import TemplateRuntimeError, TemplateSyntaxError, Undefined, nodes
from jinja2.visitor import NodeTransformer

# A unit is a node of a template that is passed once, an item of a list, or 32 bytes of text. A list of ten thousand
# roles takes about so many.
MOST_WORK = 4_000_000
_BYTES = 5  # a unit's, as a power of two
ESCAPED = 5  # times as long as it was a text may become by escaping
_DEEPEST = 12  # lists in lists
MOST_DIGITS = 100
_LARGEST = 10**18  # beyond it many numbers have one hash, so that sets of them would take long
_WIDEST = 10_000  # characters to which a text is filled up, and the like
_LONGEST_FORMAT = 200
_WILD_FORMAT = re.compile(r"\d{4}|\*")
_MOST_NODES = 10_000  # of a template as it is parsed; the largest built-in one has 700
_DEEPEST_EXPRESSION = 20  # the deepest of ours has 7 levels
PLAIN = (str, int, float, Decimal, date, time, timedelta, Enum, type(None))
_WIDE = frozenset({"batch", "center", "indent", "ljust", "rjust", "round", "slice", "truncate", "zfill"})
GROWING = frozenset({"indent", "join", "replace"})
# What compares each place of a text with all of another.
SLOW = frozenset({"lstrip", "rfind", "rindex", "rpartition", "rsplit", "rstrip", "strip", "trim"})


class TooMuch(TemplateRuntimeError):
    """A page would be more work than any page should be."""

    def __init__(self) -> None:
        super().__init__("makes more than a page may hold, so look for a loop, a recursion or a text without end")


def weight(value: object, *, plain: bool = False, depth: int = 0) -> int:
    """How many units a value is, lists with all that is in them. Raises TemplateRuntimeError where that is too much,
    and with `plain` where something in it is no text, number or date: such things are not shown as texts.
    """
    if isinstance(value, str):
        return 1 + (getsizeof(value) >> _BYTES)
    if isinstance(value, PLAIN):
        large = isinstance(value, int) and abs(value) > _LARGEST
        if large or (isinstance(value, Decimal) and abs(value.adjusted()) > MOST_DIGITS):
            raise TemplateRuntimeError("a number is too large")
        return 1
    if isinstance(value, range):
        return 1 + len(value)
    if (items := _inside(value)) is None:
        if plain and not isinstance(value, Undefined):
            refuse_as_text(value)
        return 1
    if depth == _DEEPEST:
        raise TooMuch
    total = 1
    for item in items:
        total += weight(item, plain=plain, depth=depth + 1)
        if total > MOST_WORK:
            raise TooMuch
    return total


def _inside(value: object) -> Iterable[object] | None:
    """What a value holds; None for one that is taken as a whole."""
    if isinstance(value, list | tuple | set | frozenset | KeysView | ItemsView | ValuesView):
        return value
    if isinstance(value, dict | MappingProxyType):
        return [*value.keys(), *value.values()]
    return None


def refuse_as_text(value: object) -> NoReturn:
    """Raises TemplateRuntimeError: this is to be a text, and is none."""
    raise TemplateRuntimeError(f"{type(value).__name__} is no text, name one of its parts")


def refuse_wide(name: str, values: Iterable[object]) -> None:
    """Raises TemplateRuntimeError where a function is given a number by which little becomes large."""
    most = 8 if name == "tojson" else _WIDEST
    if (name in _WIDE or name == "tojson") and any(isinstance(one, int) and abs(one) > most for one in values):
        raise TemplateRuntimeError(f"{name} takes numbers up to {most}")
    if name == "sum" and any(isinstance(one, list | tuple) for one in values):
        raise TemplateRuntimeError("sum adds numbers")


def growth(name: str, value: Any, values: Iterable[object]) -> int:
    """The most units by which what is repeated inside a text or between its pieces makes it grow."""
    lengths = (len(one) if isinstance(one, str) else abs(one) for one in values if isinstance(one, int | str))
    repeated = max(lengths, default=0)
    times = value.count("\n") if name == "indent" else len(value)
    return (times + 1) * repeated * ESCAPED >> _BYTES


def refuse_wild(form: str, *, braces: bool = False) -> None:
    """Raises TemplateRuntimeError for a format that may make a text large."""
    wild = len(form) > _LONGEST_FORMAT or _WILD_FORMAT.search(form)
    # A width that is a value of its own could be any number.
    if wild or (braces and any("{" in (spec or "") for _, _, spec, _ in Formatter().parse(form))):
        raise TemplateRuntimeError("a format is longer or wider than it may be, join texts with ~")


def search_work(text: str, values: Iterable[object]) -> int:
    """The most units that it takes to look for a text at each place of another."""
    return len(text) * max((len(one) for one in values if isinstance(one, str)), default=0) >> _BYTES


def charged(source: nodes.Template, name: str | None) -> nodes.Template:
    """A parsed template with charges in it. Raises TemplateSyntaxError for what would take long to compile."""
    _refuse_large(source, name)
    return cast(nodes.Template, _Charging().visit(source))


_BODIES = (nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block)


def _units(node: nodes.Node) -> int:
    """What it costs to pass a node once, without the bodies in it that may be passed more often."""
    if isinstance(node, nodes.TemplateData):
        return 1 + (len(node.data) >> _BYTES)
    return 1 + sum(_units(one) for one in node.iter_child_nodes() if not isinstance(one, _BODIES))


class _Charging(NodeTransformer):
    """Puts a charge before everything that may be done often, and around everything that may be large."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        units = _units(node.test) if node.test else 0
        self._charged(node)
        if units:
            node.iter = _filtered(node.iter, " each", nodes.Const(1 + units))
        return node

    def _charged(self, node: Any) -> Any:
        units = sum(map(_units, node.body))
        self.generic_visit(node)
        node.body.insert(0, nodes.ExprStmt(_filtered(nodes.Const(units), " spent"), lineno=node.lineno))
        return node

    visit_Macro = visit_CallBlock = visit_Block = visit_Template = _charged

    def _large(self, node: Any) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(node, " weighed") if getattr(node, "ctx", "load") == "load" else node

    visit_Tuple = visit_List = visit_Dict = _large

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:
        self.generic_visit(node)
        node.expr = _filtered(node.expr, " weighed")
        for one in node.ops:
            one.expr = _filtered(one.expr, " searched" if one.op in {"in", "notin"} else " weighed")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Concat:
        self.generic_visit(node)
        node.nodes = [_filtered(one, " text") for one in node.nodes]
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        if not isinstance(node.arg, nodes.Slice):
            return node
        ends = (node.arg.start, node.arg.stop, node.arg.step)
        return _filtered(node.node, " sliced", *(one or nodes.Const(None) for one in ends))


def _refuse_large(source: nodes.Template, name: str | None) -> None:
    count, waiting = 0, [(cast(nodes.Node, source), 0)]
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if depth > _DEEPEST_EXPRESSION:
            raise TemplateSyntaxError(
                "an expression is too deep, so give parts of it names with set", node.lineno, name
            )
        if count > _MOST_NODES:
            raise TemplateSyntaxError("it has too many parts, so divide it into several", node.lineno, name)
        inside = isinstance(node, nodes.Expr)
        waiting.extend((one, depth + 1 if inside else 0) for one in node.iter_child_nodes())


def _filtered(node: nodes.Node, name: str, *arguments: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(arguments), [], None, None, lineno=node.lineno)
