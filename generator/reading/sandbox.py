"""Templates that a site brings: what they may see, name and do, and that their work is charged.

Jinja's sandbox keeps templates away from Python's own names. Here they see data alone, and the few functions that are
named below. Everything that a template repeats or makes is charged to its page, so that no loop, recursion or text
grows without end. The same template costs the same on every machine.
"""

from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping, Sized
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cached_property, lru_cache
from inspect import Signature, signature
from types import MappingProxyType, ModuleType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    Environment,
    StrictUndefined,
    Template,
    TemplateRuntimeError,
    Undefined,
    meta,
    nodes,
    pass_context,
)
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Namespace
from markupsafe import Markup

from .meter import (
    ESCAPED,
    GROWING,
    MOST_DIGITS,
    MOST_WORK,
    PLAIN,
    SLOW,
    TooMuch,
    charged,
    growth,
    refuse_as_text,
    refuse_wide,
    refuse_wild,
    search_work,
    weight,
)

# How Jinja reads templates, in the sandbox and outside it.
OPTIONS: dict[str, Any] = {
    "autoescape": True,
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
}
_OURS = 20  # what a function of the generator costs
_LONGEST_GIVEN = 1_000  # characters of a text that is given to a function of the generator
_PACKAGE = f"{__name__.partition('.')[0]}."
_OF_STRUCTURES = frozenset(
    (
        *("batch", "count", "d", "default", "dictsort", "first", "groupby", "items", "last", "length", "list", "map"),
        *("max", "min", "reject", "rejectattr", "reverse", "select", "selectattr", "slice", "sort", "sum", "tojson"),
    )
)
_OF_TEXTS = frozenset(
    (
        *("abs", "capitalize", "center", "e", "escape", "filesizeformat", "float", "forceescape", "format", "indent"),
        *("int", "join", "lower", "replace", "round", "safe", "string", "title", "trim", "truncate", "unique", "upper"),
        *("urlencode", "wordcount", "xmlattr"),
    )
)
FILTERS = _OF_STRUCTURES | _OF_TEXTS
GLOBALS = frozenset({"range", "dict", "cycler", "joiner", "namespace"})
_DATE = "day isoformat isoweekday month strftime weekday year"
_NAMES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (
        str,
        "capitalize casefold center count endswith find format index isalnum isalpha isdecimal isdigit islower isspace "
        "isupper join ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust rpartition "
        "rsplit rstrip split splitlines startswith strip swapcase title upper zfill",
    ),
    ((dict, MappingProxyType), "get items keys values"),
    ((list, tuple), "count index"),
    (datetime, f"{_DATE} date hour minute second time"),
    (date, _DATE),
    (time, "hour isoformat minute second strftime"),
    (timedelta, "days seconds total_seconds"),
    (Enum, "name value"),
    (LoopContext, "changed cycle depth depth0 first index index0 last length nextitem previtem revindex revindex0"),
    (Cycler, "current next reset"),
    (BlockReference, "super"),
)


@lru_cache(4096)
def _data_of(kind: type) -> frozenset[str]:
    """The names of a kind of value that a template may use: fields and properties of ours, harmless methods else."""
    found = {name for kinds, names in _NAMES if issubclass(kind, kinds) for name in names.split()}
    if kind.__module__.startswith(_PACKAGE):
        if is_dataclass(kind):
            found |= {field.name for field in fields(kind)}
        for names in ("model_fields", "__struct_fields__", "_fields"):
            found |= set(getattr(kind, names, ()))
        ours = [vars(base) for base in kind.__mro__ if base.__module__.startswith(_PACKAGE)]
        found |= {name for names in ours for name, one in names.items() if isinstance(one, property | cached_property)}
    return frozenset(name for name in found if not name.startswith("_"))


@lru_cache(256)
def _declared(function: Callable[..., Any]) -> tuple[Signature, dict[str, Any]]:
    return signature(function), get_type_hints(function)


def _refuse_undeclared(called: Any, args: Iterable[object], kwargs: Mapping[str, object]) -> None:
    """Raises TemplateRuntimeError where a function of the generator is given what it does not declare to take, which it
    would show or remember as it is.
    """
    name = called.__name__
    if isinstance(called, type) and issubclass(called, Enum):
        raise TemplateRuntimeError(f"{name} is not called, name one of its members")
    owner = getattr(called, "__self__", None)
    declared, hints = _declared(getattr(called, "__func__", called))
    for key, value in declared.bind(*(() if owner is None else (owner,)), *args, **kwargs).arguments.items():
        if value is not owner and not _is_a(value, hints[key]):
            raise TemplateRuntimeError(f"{name} takes no {type(value).__name__} as its {key}")
        if isinstance(value, str) and len(value) > _LONGEST_GIVEN:
            raise TemplateRuntimeError(f"{name} takes texts of up to {_LONGEST_GIVEN} characters")


def _is_a(value: object, kind: Any) -> bool:
    """Whether a value is of a kind that is written as an annotation, with all that is in it."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is None:
        return isinstance(value, NoneType if kind is None else kind)
    if origin in (Union, UnionType):
        return any(_is_a(value, one) for one in parts)
    if origin is Literal:
        return isinstance(value, str) and value in parts
    if origin is tuple:
        return (
            isinstance(value, tuple)
            and len(value) == len(parts)
            and all(_is_a(*one) for one in zip(value, parts, strict=True))
        )
    assert origin is Iterable
    return isinstance(value, list | tuple | set | frozenset) and all(_is_a(one, parts[0]) for one in value)


def _metered(name: str, function: Any) -> Callable[..., Any]:
    """A filter or test whose work is charged. As it wants the context, it is not called before there is a page."""
    passed = getattr(getattr(function, "jinja_pass_arg", None), "name", "")
    of_texts = name in _OF_TEXTS

    @pass_context
    def metered(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
        sandbox = context.environment
        assert isinstance(sandbox, Sandbox)
        if of_texts and isinstance(value, Iterator):
            value = list(value)
        given = [*args, *kwargs.values()]
        large = weight([value, *given], plain=of_texts)
        # An attribute of an attribute is looked up in each item.
        sandbox.spend(large * (1 + max((one.count(".") for one in given if isinstance(one, str)), default=0)))
        refuse_wide(name, given)
        sandbox.spend(search_work(str(value), given) if name in SLOW else 0)
        if name in GROWING:
            sandbox.spend(growth(name, value if isinstance(value, Sized) else str(value), given))
        elif name == "format":
            refuse_wild(str(value))
        elif (name == "unique" and len(given) > 1) or (name == "unique" and "attribute" in kwargs):
            raise TemplateRuntimeError("unique compares texts, so let map(attribute=…) stand before it")
        first = {"context": context, "eval_context": context.eval_ctx, "environment": sandbox}
        lead = (first[passed],) if passed else ()
        return sandbox.measured(function(*lead, value, *args, **kwargs))

    return metered


@pass_context
def _finalized(context: Context, value: Any) -> Any:
    """What stands between braces, before it is escaped."""
    return _text(context, value)


@pass_context
def _text(context: Context, value: Any) -> Any:
    if isinstance(value, Undefined):
        str(value)  # which says what is not there
    if not isinstance(value, PLAIN):
        refuse_as_text(value)
    if isinstance(value, str) and not value.isascii():
        value.encode()  # which says where it holds half a character
    context.environment.spend(weight(value) * (1 if isinstance(value, Markup) else ESCAPED))  # type: ignore[attr-defined]
    return value


@pass_context
def _weighed(context: Context, value: Any) -> Any:
    context.environment.spend(weight(value))  # type: ignore[attr-defined]
    if isinstance(value, dict) and not all(isinstance(key, PLAIN) for key in value):
        raise TemplateRuntimeError("a key is no text or number")
    return value


@pass_context
def _searched(context: Context, value: Any) -> Any:
    # What is looked for in a mapping would be hashed, which takes long where it is large.
    return _weighed(
        context, list(value) if isinstance(value, dict | MappingProxyType | KeysView | set | frozenset) else value
    )


@pass_context
def _sliced(context: Context, value: Any, start: Any, stop: Any, step: Any) -> Any:
    return _weighed(context, value[start:stop:step])


@pass_context
def _spent(context: Context, units: int) -> None:
    context.environment.spend(abs(units))  # type: ignore[attr-defined]


@pass_context
def _each(context: Context, items: Iterable[Any], units: int) -> Iterator[Any]:
    return context.environment.counted(iter(items), abs(units))  # type: ignore[attr-defined, no-any-return]


# The names have a space, so that no template can write them.
_INNER = {
    " text": _text,
    " weighed": _weighed,
    " searched": _searched,
    " sliced": _sliced,
    " spent": _spent,
    " each": _each,
}


class _Template(Template):
    """Jinja keeps what is imported for the next template that imports it, which then would not be charged."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        self._module = None
        return super()._get_default_module(ctx)


class Sandbox(ImmutableSandboxedEnvironment):
    """Where templates are compiled and filled in whose making a site's own template takes part."""

    template_class = _Template
    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})

    def __init__(self, loader: BaseLoader | None = None, compiled: BytecodeCache | None = None) -> None:
        super().__init__(loader=loader, bytecode_cache=compiled, finalize=_finalized, **OPTIONS)
        self.at_work, self.left, self.spent = False, MOST_WORK, 0
        self.globals = {name: one for name, one in self.globals.items() if name in GLOBALS}
        self.filters = {name: _metered(name, self.filters[name]) for name in FILTERS} | _INNER
        self.tests = {name: _metered("", self.tests[name]) for name in self.tests if name != "in"}

    def begin(self) -> None:
        """Starts with a page that nothing was charged to."""
        self.at_work, self.left = True, MOST_WORK

    def spend(self, units: int) -> None:
        """Charges the page that is being made. Raises TooMuch."""
        assert units >= 0  # which a number that is none is not
        self.left -= units
        self.spent += units
        if self.left < 0:
            raise TooMuch

    def counted(self, items: Iterator[Any], units: int = 1) -> Iterator[Any]:
        """The same items, each of them charged."""
        for item in items:
            self.spend(units + 1)
            yield item

    def measured(self, value: Any) -> Any:
        """A value that was made, charged. Items that are yet to be made are made now: in a chain of many that wait for
        one another each would be a call within a call.
        """
        if isinstance(value, Iterator) and not isinstance(value, LoopContext):
            return list(self.counted(value))
        self.spend(weight(value))
        return value

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may see this attribute: data, and functions that are named here."""
        if attr.startswith("_"):
            return False
        if isinstance(obj, Namespace):
            return True
        if isinstance(obj, TemplateModule):
            return attr in vars(obj)
        if isinstance(obj, ModuleType):
            return callable(value) and getattr(value, "__module__", "") == obj.__name__
        if isinstance(obj, type):
            return issubclass(obj, Enum) and attr in obj.__members__
        return attr in _data_of(type(obj))  # type: ignore[arg-type]

    def call_filter(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """A filter that a template names as a text, as `map` does: those in `_INNER` are for us alone."""
        if name in _INNER:
            raise TemplateRuntimeError(f"No filter named {name!r}.")
        return super().call_filter(name, *args, **kwargs)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An item of a value. Only plain keys are allowed."""
        if not isinstance(argument, PLAIN):
            refuse_as_text(argument)
        return super().getitem(obj, argument)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """The safe form of `str.format`, for formats that do not make texts grow without end."""
        found = super().wrap_str_format(value)
        if found is not None:
            refuse_wild(value.__self__, braces=True)
            if value.__name__ != "format":
                return None
        return found

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Calls a function for a template, and charges the page for what comes of it."""
        owner, name = getattr(__obj, "__self__", None), getattr(__obj, "__name__", "")
        of_text = isinstance(owner, str) or name == "format"
        if of_text:
            args = tuple(list(one) if isinstance(one, Iterator) else one for one in args)
        named = {key: one for key, one in kwargs.items() if key not in {"_loop_vars", "_block_vars"}}
        given = [*args, *named.values()]
        __self.spend(weight(given, plain=of_text) + (weight(owner) if isinstance(owner, str | list | tuple) else 0))
        if isinstance(owner, str):
            refuse_wide(name, given)
            __self.spend(search_work(owner, given) if name in SLOW else 0)
            if name in GROWING:
                pieces = given[0] if name == "join" and given and isinstance(given[0], list | tuple) else owner
                __self.spend(growth(name, pieces, [owner, *given] if name == "join" else given))
        elif name == "strftime":
            refuse_wild(str(given[0]) if given else "")
        elif (getattr(__obj, "__module__", None) or "").startswith(_PACKAGE):
            __self.spend(_OURS)
            _refuse_undeclared(__obj, args, named)
        return __self.measured(super().call(__context, __obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Works out an operator, and charges the page where it can make much of little."""
        number = (int, float, Decimal)
        if isinstance(left, number) and isinstance(right, number):
            if operator == "**" and abs(float(right)) > MOST_DIGITS:
                raise TemplateRuntimeError(f"** takes exponents up to {MOST_DIGITS}")
        elif operator == "%" and isinstance(left, str):
            refuse_wild(left)
            self.spend(weight(right, plain=True))
        elif operator == "*" and isinstance(left, list | tuple | str) and isinstance(right, int):
            self.spend(weight(left) * max(right, 0))
        elif operator == "*" and isinstance(right, list | tuple | str) and isinstance(left, int):
            self.spend(weight(right) * max(left, 0))
        elif operator == "+" and isinstance(left, list | tuple | str) and isinstance(right, list | tuple | str):
            self.spend((weight(left) + weight(right)) * ESCAPED)
        elif not (isinstance(left, Undefined) or isinstance(right, Undefined)) and not (
            operator == "-" and isinstance(left, date) and isinstance(right, date)
        ):
            raise SecurityError(f"{operator} is for numbers, texts and lists")
        return self.measured(super().call_binop(context, operator, left, right))

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        found = charged(source, name)
        found.set_environment(self)
        return super()._generate(found, name, filename, defer_init)


def sandboxed(texts: Mapping[str, str], own: Iterable[str]) -> frozenset[str]:
    """The templates in whose making one of a site's own takes part: these, and each that extends, includes or imports
    one of them, however far away.
    """
    found = set(own)
    if found:
        plain = Environment()
        named = {
            name: set(meta.find_referenced_templates(plain.parse(text)))
            for name, text in texts.items()
            if name not in found
        }
        while more := {name for name, needed in named.items() if needed & {*found, None}} - found:
            found |= more
    return frozenset(found)
