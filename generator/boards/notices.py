"""A notice at an address of its own, and what lists of any kind have in common."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlencode

from ..importing.drafting import Unreadable
from ..importing.interchange import found_in
from ..importing.notices import StatedField
from ..importing.stated import FoundNotice, text_only
from ..importing.webpages import read_json
from ..model.fields import read_address
from ..model.problems import shown
from ..model.schema import VacancySource
from ..model.sourcing import KIND_NEEDS
from ..model.vocabulary import currencies
from ..wording.phrases import category_meant, contract_meant
from ..wording.places import country_named
from .vacancy import MOST_VACANCIES, Listed, MissingSecret, NoticeLink, Request, Vacancy

_LONGEST_ID = 200  # characters


def answered_text(body: bytes, name: str) -> str:
    """An answer as text: UTF-8, or UTF-16 with its mark. Raises Unreadable, with the name of what was asked for."""
    try:
        return body.decode("utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(f"{name} is not text in UTF-8") from None


def public_address(text: str) -> str:
    """An address that a posting may have as its source; empty where it is none."""
    try:
        return read_address(text.strip())
    except ValueError:
        return ""


def found_vacancy(found: FoundNotice) -> Vacancy:
    """A vacancy as `importing` finds it in a feed, a page or a table. Its id is its address, else what it says."""
    text, stated, _ = found
    url = value_of(stated, "url")
    return Vacancy(url or value_of(stated, "reference") or _digest(found), public_address(url), text, tuple(stated))


def value_of(stated: list[StatedField] | tuple[StatedField, ...], kind: str) -> str:
    """The first value that is stated for a kind of fact, empty where there is none."""
    return next((fact.value for fact in stated if fact.kind == kind), "")


def listed(found: list[FoundNotice | Unreadable]) -> Listed:
    """What `importing.interchange.found_in` has found, as a list of a source. Raises Unreadable where it is nothing."""
    good = [found_vacancy(one) for one in found if not isinstance(one, Unreadable)]
    unread = tuple(str(one) for one in found if isinstance(one, Unreadable))
    if unread and not good:
        raise Unreadable(unread[0])
    if len(good) > MOST_VACANCIES:
        raise Unreadable(f"lists more than {MOST_VACANCIES} vacancies, name a smaller part of it")
    return Listed(tuple(good), unread=unread)


def at_address(source: VacancySource, _secrets: Mapping[str, str]) -> Request:
    """The first request of a source that has an address of its own."""
    assert source.address
    return Request(source.address)


def read_single(body: bytes, request: Request, _source: VacancySource) -> Listed:
    """A page that tells of one vacancy, or of several as data."""
    return listed(found_in(answered_text(body, request.url), request.url, {}))


def _digest(found: FoundNotice) -> str:
    text, stated, _ = found
    return blake2b(repr((value_of(stated, "title"), text)).encode(), digest_size=8).hexdigest()


def name_of(request: Request) -> str:
    """How messages name what was asked for: without the query, which may hold a key."""
    return request.url.partition("?")[0]


def asked(address: str, parameters: Mapping[str, str]) -> Request:
    """A request for an address with parameters in its query."""
    return Request(f"{address}?{urlencode(parameters)}" if parameters else address)


def later(request: Request, **changed: int) -> Request:
    """The same request for a later part of the list."""
    address, _, query = request.url.partition("?")
    return asked(address, dict(parse_qsl(query)) | {name: str(value) for name, value in changed.items()})


def place_in_list(request: Request, parameter: str) -> int:
    """Which part of the list was asked for; 0 where the request does not say."""
    value = dict(parse_qsl(request.url.partition("?")[2])).get(parameter, "")
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else 0


def parameters_of(source: VacancySource) -> dict[str, str]:
    """The parameters that a source gives and its kind knows."""
    known = KIND_NEEDS[source.kind].parameters
    return {name: value for name, value in (source.parameters or {}).items() if name in known}


_IN_PATH = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,99}")
_IN_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def board_of(source: VacancySource, *, in_host: bool = False) -> str:
    """The name of a source's board, as it can stand in the path of an address or as a part of its host.

    Raises Unreadable for a name that would lead elsewhere.
    """
    board = source.board or ""
    if not (_IN_HOST if in_host else _IN_PATH).fullmatch(board):
        raise Unreadable(f"{shown(board)} is not the name of a board at this provider")
    return board


def secret(name: str, secrets: Mapping[str, str]) -> str:
    """A variable of the environment. Raises MissingSecret where it is missing or cannot stand in a header."""
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", value := secrets.get(name, "").strip()):
        raise MissingSecret(f"the variable {name} of the environment is missing or is not a key")
    return value


def json_of(body: bytes, request: Request) -> Any:
    """An answer in JSON. Raises Unreadable."""
    try:
        return read_json(answered_text(body, name_of(request)))
    except (ValueError, RecursionError):
        raise Unreadable(f"{name_of(request)} is not JSON that can be read") from None


def part(value: Any, *keys: str) -> Any:
    """What stands under these keys, one inside of the other; None where nothing does."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def many(value: Any) -> list[Any]:
    """A list as it is; anything else as none."""
    return value if isinstance(value, list) else []


def words(value: Any) -> str:
    """A text on one line, or a whole number; empty for everything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return " ".join(text_only(value).split())


def items_in(value: Any, request: Request, *keys: str) -> list[Any]:
    """The list under these keys. Raises Unreadable where there is none."""
    found = part(value, *keys) if keys else value
    if not isinstance(found, list):
        raise Unreadable(f"{name_of(request)} has no list of vacancies")
    if len(found) > MOST_VACANCIES:
        raise Unreadable(f"{name_of(request)} lists more than {MOST_VACANCIES} vacancies, name a smaller part of it")
    return found


_Item = TypeVar("_Item")


def read_each(items: Iterable[_Item], request: Request, read: Callable[[_Item], Vacancy | NoticeLink]) -> Listed:
    """Each item of a list by itself: one that cannot be read stops no other. Raises Unreadable where none can."""
    good: dict[str, Vacancy | NoticeLink] = {}
    unread = []
    for number, item in enumerate(items, 1):
        try:
            one = read(item)
            if one.id in good:
                raise Unreadable("has the id of another")
            good[one.id] = one
        except Unreadable as why:
            unread.append(f"{name_of(request)}, item {number} {why}")
    if unread and not good:
        raise Unreadable(unread[0])
    vacancies = tuple(one for one in good.values() if isinstance(one, Vacancy))
    return Listed(vacancies, tuple(one for one in good.values() if isinstance(one, NoticeLink)), unread=tuple(unread))


class BoardFields(NamedTuple):
    """What every provider states of a vacancy, each as its own field has it."""

    id: Any
    title: Any
    url: Any
    text: str


def vacancy_of(fields: BoardFields, stated: Iterable[StatedField]) -> Vacancy:
    """A vacancy of a provider. Raises Unreadable where it has no id or no title."""
    name, title, url = words(fields.id), words(fields.title), public_address(words(fields.url))
    if not 0 < len(name) <= _LONGEST_ID:
        raise Unreadable("has no id")
    if not title or not isinstance(fields.title, str):
        raise Unreadable("has no title")
    facts = (stated_fact("title", title, "title"), *stated, stated_fact("url", url, "url"))
    return Vacancy(name, url, fields.text, tuple(one for one in facts if one.value))


def stated_fact(kind: str, value: Any, origin: str) -> StatedField:
    """A fact with the field that states it; one without a value is to be left out."""
    text = words(value)
    return StatedField(kind, text, f"{origin}: {text}")


def apply_fact(value: Any, origin: str) -> StatedField:
    """Where to apply, if that is a public address."""
    return stated_fact("apply", public_address(words(value)), origin)


def contract_fact(value: Any, origin: str) -> StatedField:
    """A contract, if the vocabulary knows it for certain."""
    return stated_fact("contract", contract_meant(words(value)) or "", origin)


def category_fact(values: Iterable[Any], origin: str) -> StatedField:
    """A category, if a department is called as one."""
    known = [name for value in values if category_meant(name := words(value))]
    return stated_fact("category", known[0] if len(known) == 1 else "", origin)


_CITY = re.compile(r"[^\W\d_][\w'’. -]{1,58}")
# What stands where a city should and is none.
_NO_CITY = re.compile(
    r"\s[-–—]\s|\b(?:or|and|remote|hybrid|on-?site|office|hq|headquarters|area|region|anywhere|multiple|various)\b",
    re.I,
)
_MOST_PLACES = 20


def city_in(city: Any, country: Any) -> str:
    """A place as `City, CC`, from fields for each; what does not look like a city, or is no country, is left out."""
    code = country_named(words(country).upper()) or country_named(words(country)) or ""
    name = words(city).partition(",")[0].strip()
    if not _CITY.fullmatch(name) or _NO_CITY.search(name):
        name = ""
    # A name alone that a country has may mean either.
    return f"{name}, {code}" if name and code else code or ("" if country_named(name) else name)


def place_in(value: Any) -> str:
    """The places in a field for anything, one or several: taken only with a country that is written out.

    `Atlanta, GA` is not in Gabon, and `Atlanta, Georgia` not in Georgia.
    """
    return "; ".join(filter(None, map(_place, re.split("[;|•]", words(value)))))


def _place(text: str) -> str:
    if re.fullmatch(r"(?:fully )?remote(?:\s*[-–—,(/:].*)?", text.strip(), re.IGNORECASE):
        return "remote"
    *names, land = (part.strip() for part in text.split(","))
    code = country_named(land) if len(land) > 2 or land in ("UK", "US") else None
    others = [name for name in names if country_named(name) and (name, code) != ("Georgia", "US")]
    if not code or others or (names and code == "GE"):
        return ""
    # Between a city and its country stands a region, or another city.
    is_city = len(names) == 1 or (len(names) == 2 and re.fullmatch("[A-Z]{2}", names[1]))
    return city_in(names[0] if is_city else "", code)


def station_fact(places: Iterable[str], origin: str, *, remote: Any = False) -> StatedField:
    """Where the work is; `remote` counts only where it is the truth value. Too many places are none."""
    found = list(dict.fromkeys(filter(None, places)))
    if len(found) > _MOST_PLACES:
        found = []
    return stated_fact("station", "; ".join([*found, *(["remote"] if remote is True else [])]), origin)


def pay_fact(currency: Any, amounts: tuple[Any, Any], period: str | None, origin: str) -> StatedField:
    """A salary, if its currency and its lower end are certain.

    `period` is empty where the field has none, and None where it has one that is not known here.
    """
    code = words(currency).upper()
    low, high = map(_amount, amounts)
    if period is None or code not in currencies() or not low or (high and high < low):
        return stated_fact("salary", "", origin)
    upper = f" - {high:f}" if high and high > low else ""
    return stated_fact("salary", f"{code} {low:f}{upper}{f' per {period}' if period else ''}", origin)


def _amount(value: Any) -> Decimal | None:
    text = str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"\s*[0-9]{1,12}(?:\.[0-9]{1,6})?\s*", text):
        return None
    amount = Decimal(text.strip()).quantize(Decimal("0.01"))
    return (amount.quantize(Decimal(1)) if amount == int(amount) else amount) or None
