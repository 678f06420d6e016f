"""The kinds of value that front matter can hold: text in, typed value out, or what to write instead."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from ipaddress import ip_address
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from . import vocabulary
from .characters import blank
from .model import UNTIL_FILLED, Closes, When
from .problems import Misspelt, did_you_mean, shown
from .vocabulary import NOT_STATED

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
# Without %: a mail program reads %2C as a comma, and writes to the addresses on both sides of it.
_MAIL = re.compile(r"mailto:[A-Za-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_ADDRESS = re.compile(rf"https://({HOST.pattern})(?:/[A-Za-z0-9._~/?#=&%+-]*)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_YEARS = range(1945, 2200)
MOST_ITEMS = 300  # in one list; there are 250 countries
FEW_ITEMS = 60  # of duty stations, and of changes of one deadline: one a week for a year


class Fields(BaseModel):
    """A mapping in front matter: immutable, and an unknown key is a problem."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def _text_of(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"is a {'list' if isinstance(value, list) else 'mapping'}, write one value")
    if blank(value):
        raise ValueError("is empty, write a value or delete the key")
    return value.strip()


@dataclass(frozen=True, slots=True, eq=False)
class ReadAs:
    """How one kind of value is read from text, and how JSON Schema describes that text.

    `context` makes `read` take the site's vocabulary as a second argument.
    """

    read: Callable[..., Any]
    schema: dict[str, Any]
    context: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if self.context:
            return core_schema.with_info_plain_validator_function(lambda v, info: self.read(_text_of(v), info.context))
        return core_schema.no_info_plain_validator_function(lambda value: self.read(_text_of(value)))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.schema)


def _line(shortest: int, longest: int) -> ReadAs:
    def read(text: str) -> str:
        if "\n" in text:
            raise ValueError("is on several lines, write it on one line")
        if not shortest <= len(text) <= longest:
            raise ValueError(f"has {len(text)} characters, write {shortest} to {longest}")
        return text

    return ReadAs(read, {"type": "string", "minLength": shortest, "maxLength": longest})


def _number(lowest: int, highest: int) -> ReadAs:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
            raise ValueError(f"{shown(text)} is not a whole number from {lowest} to {highest}")
        return int(text)

    return ReadAs(read, {"type": "integer", "minimum": lowest, "maximum": highest})


def read_slug(text: str) -> str:
    """A name that can be part of an address. Raises ValueError."""
    if not SLUG.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a slug, write up to 100 of a–z, 0–9 and - (no - at either end)")
    return text


def read_when(text: str) -> When:
    """A date, or a date-time with offset. Raises ValueError with the right form."""
    try:
        if _DATE.fullmatch(text):
            return When(text, _checked_year(date.fromisoformat(text)))
        if match := _DATE_TIME.fullmatch(text):
            if not match["offset"]:
                raise ValueError(f"{shown(text)} has no offset, write it as {text}+03:00, or {text}Z for UTC")
            local = datetime.fromisoformat(text)
            return When(text, _checked_year(local.date()), local.astimezone(UTC))
    except ValueError as error:
        if "write" in str(error):
            raise
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]", text):
        raise ValueError(f"{shown(text)} is not a date and time, write it as 2026-03-31T17:00:00+03:00")
    raise ValueError(f"{shown(text)} is not a date, write it as 2026-03-31")


def _day(text: str) -> str:
    if read_when(text).instant:
        raise Misspelt(f"{shown(text)} has a time, write only the day, {text[:10]}", text[:10])
    return text


def _checked_year(day: date) -> date:
    if day.year not in _YEARS:
        raise ValueError(f"the year {day.year} cannot be right, write one from {_YEARS[0]} to {_YEARS[-1]}")
    return day


def _closes(text: str) -> Closes:
    if text == UNTIL_FILLED:
        return UNTIL_FILLED
    try:
        return read_when(text)
    except ValueError as error:
        if re.match(r"[0-9]", text):
            raise
        raise ValueError(
            f"{shown(text)} is not a deadline, write a date such as 2026-03-31, or until-filled"
        ) from error


def _closed_before(text: str) -> Closes:
    """A deadline that was moved; None where the notice named none."""
    return None if text == NOT_STATED else _closes(text)


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(f"{shown(text)} is not allowed here, write true or false")
    return text == "true"


def _amount(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,2})?", text):
        raise ValueError(f"{shown(text)} is not a plain number, write it as 139573")
    return Decimal(text)


def _span(text: str) -> timedelta:
    match = re.fullmatch(r"([1-9][0-9]{0,3}) (hour|day)s?", text)
    if not match:
        raise ValueError(f"{shown(text)} is not a span of time, write it as 12 hours or 7 days")
    return timedelta(**{f"{match[2]}s": int(match[1])})


def _board(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?", text):
        raise ValueError(f"{shown(text)} is not a board's name, write the part of its address that names the employer")
    return text


def _clock(text: str) -> str:
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"{shown(text)} is not a time of day, write it as 23:59")
    return text


def _country(text: str) -> str:
    known = vocabulary.countries()
    if text in known:
        return text
    if text.upper() in known:
        raise Misspelt(f"{shown(text)} is not a country code, write {text.upper()}", text.upper())
    if text.upper() == "UK":
        raise Misspelt(f"{shown(text)} is not a country code, write GB for the United Kingdom", "GB")
    if vocabulary.NAMES_OF_SEVERAL.fullmatch(text):
        raise ValueError(f"{shown(text)} names two countries, write CG if it is that of Brazzaville, CD if of Kinshasa")
    if code := _by_name(vocabulary.countries).get(text.lower()):
        raise Misspelt(f"{shown(text)} is a name, write the country code {code}", code)
    raise ValueError(f"{shown(text)} is not a two-letter ISO 3166-1 country code, write it as CD or UA")


# Made once and not for each mistake: an error keeps the local variables of the function that raised it alive.
@cache
def _by_name(known: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    """Codes by their names in lower case."""
    return {name.lower(): code for code, name in known().items()}


def _zone(text: str) -> str:
    if text not in vocabulary.zones():
        if re.match(r"(?:UTC|GMT)?[+-][0-9]", text):
            raise ValueError(f"{shown(text)} is an offset, not a time zone, write one such as Europe/Kyiv")
        found = _zones_by_place().get(text.replace(" ", "_")) or did_you_mean(text, vocabulary.zones())
        hint = found if found.startswith(("did", "see", "write")) else f"write {found}"
        raise ValueError(f"{shown(text)} is not a time zone, {hint}")
    return text


@cache
def _zones_by_place() -> Mapping[str, str]:
    return {zone.rsplit("/", 1)[-1]: zone for zone in sorted(vocabulary.zones()) if "/" in zone}


def _rule_zone(text: str) -> str:
    return text if text == "duty-station" else _zone(text)


def _language(text: str) -> str:
    known = vocabulary.languages()
    if text in known:
        return text
    if code := _by_name(vocabulary.languages).get(text.lower()) or (text.lower() if text.lower() in known else None):
        raise Misspelt(f"{shown(text)} is not a language code, write {code}", code)
    raise ValueError(f"{shown(text)} is not an ISO 639 language code, write it as en or uk")


def _currency(text: str) -> str:
    if text not in vocabulary.currencies():
        if text.upper() in vocabulary.currencies():
            raise Misspelt(f"{shown(text)} is not a currency code, write {text.upper()}", text.upper())
        raise ValueError(f"{shown(text)} is not an ISO 4217 currency code, write it as USD or EUR")
    return text


def _host(text: str) -> str:
    if not HOST.fullmatch(text) or any(label.startswith("xn--") for label in text.split(".")):
        raise ValueError(
            f"{shown(text)} is not a host name, write it as careers.un.org (lower case, no https://, no path)"
        )
    return text


def read_address(text: str) -> str:
    """An https address that shows the reader where it really leads. Raises ValueError.

    User names, IP numbers, punycode and other scripts make one host look like another (reference: Unicode TR 36).
    """
    # Most addresses have this form, which hides nothing.
    if (plain := _ADDRESS.fullmatch(text)) and "xn--" not in plain[1] and not plain[1].startswith("0x"):
        return text
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"{shown(text)} is not an address, write it as https://example.org/job/12") from None
    if parts.scheme != "https":
        raise ValueError(f"{shown(text)} is not an https address, write it as https://example.org/job/12")
    if re.search(r"[\s<>\"'`{}|\\^]", text):
        raise ValueError(f"{shown(text)} contains a character that no address can have, write %20 for a space")
    host = parts.hostname or ""
    if "@" in parts.netloc or port is not None or _is_ip(host) or not HOST.fullmatch(host) or "xn--" in host:
        raise ValueError(
            f"{shown(text)} hides where it leads, write a plain host name without a user, port or IP address"
        )
    return text


def link_problem(href: str) -> str | None:
    """Why a text may not contain a link, and what to write instead; None if it may."""
    if _MAIL.fullmatch(href):
        return None
    if match := _MAIL.match(href):
        return f"{shown(href)} contains more than an e-mail address, write it as {match.group()}"
    if href.startswith("mailto:"):
        return f"{shown(href)} is not a plain e-mail address, write it as mailto:jobs@example.org"
    try:
        read_address(href)
    except ValueError as error:
        return str(error)
    return None


def read_base_url(text: str) -> str:
    """The address under which a site is published, ending in a slash; it may have a path. Raises ValueError."""
    match = re.fullmatch(r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+)(?::[0-9]{1,5})?(?P<path>/[^?#]*)?", text)
    local = match and match["host"] in {"localhost", "127.0.0.1"}
    if (not match and not text.startswith("https://")) or (match and match["scheme"] == "http" and not local):
        raise ValueError(f"{shown(text)} is not an https address, write it as https://example.org/")
    if not match or not (local or HOST.fullmatch(match["host"])):
        raise ValueError(f"{shown(text)} is not a site's address, write it as https://example.org/digest/")
    if not re.fullmatch(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?", match["path"] or ""):
        raise ValueError(f"{shown(text)} has a path that cannot be used, write only letters, digits and - in it")
    return text if text.endswith("/") else text + "/"


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return bool(re.fullmatch(r"[0-9.]+|0x.*", host))
    return True


def _email(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._%+-]{1,64}@[a-z0-9.-]+\.[a-z]{2,63}", text):
        raise ValueError(f"{shown(text)} is not an e-mail address, write it as editor@example.org")
    return text


def one_of(*choices: str) -> ReadAs:
    """Text that is one of a few words."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"{shown(text)} is not known here, {did_you_mean(text, choices)}")
        return text

    return ReadAs(read, {"enum": list(choices)})


def _term(kind: Literal["grades", "categories", "contracts"], what: str) -> ReadAs:
    def read(text: str, words: vocabulary.Vocabulary | None) -> str:
        # If the site's words cannot be read, any word may be right.
        return text if words is None else vocabulary.known_term(text, getattr(words, kind), what)

    return ReadAs(read, {"type": "string", "x-vocabulary": kind}, context=True)


def _listed(most: int) -> BeforeValidator:
    """Makes a tuple of a list of at most `most` items."""

    def listed(value: object) -> object:
        if value == "":
            raise ValueError("is empty, write a list or delete the key")
        if not isinstance(value, list):
            raise ValueError("is not a list, write each item on its own line, starting with -")
        if not value:
            raise ValueError("is an empty list, write an item or delete the key")
        if len(value) > most:
            raise ValueError(f"is a list of {len(value)} items, write at most {most}")
        return tuple(value)

    return BeforeValidator(listed)


def _not_empty(value: object) -> object:
    if value == {}:
        raise ValueError("is empty, write its keys or delete it")
    return value


NotEmpty = BeforeValidator(_not_empty)
_Item = TypeVar("_Item")
Many = Annotated[tuple[_Item, ...], _listed(MOST_ITEMS)]
# Each event of a posting lists all its changes and places, in a feed for each place: the size grows with the square
# of both.
Few = Annotated[tuple[_Item, ...], _listed(FEW_ITEMS)]

Title = Annotated[str, _line(3, 150)]
Line = Annotated[str, _line(1, 300)]
Sentence = Annotated[str, _line(1, 1000)]
Slug = Annotated[str, ReadAs(read_slug, {"type": "string", "pattern": f"^{SLUG.pattern}$"})]
Moment = Annotated[When, ReadAs(read_when, {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?$"})]
Day = Annotated[str, ReadAs(_day, {"type": "string", "format": "date"})]
_CLOSING = r"until-filled|[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?"
Closing = Annotated[Closes, ReadAs(_closes, {"type": "string", "pattern": f"^({_CLOSING})$"})]
ClosedBefore = Annotated[Closes, ReadAs(_closed_before, {"type": "string", "pattern": f"^({NOT_STATED}|{_CLOSING})$"})]
Truth = Annotated[bool, ReadAs(_boolean, {"type": "boolean"})]
Amount = Annotated[Decimal, ReadAs(_amount, {"type": "number", "minimum": 0})]
Years = Annotated[int, _number(0, 60)]
Days = Annotated[int, _number(1, 3650)]
Count = Annotated[int, _number(1, 100_000)]
Span = Annotated[timedelta, ReadAs(_span, {"type": "string", "pattern": "^[1-9][0-9]{0,3} (hour|day)s?$"})]
Board = Annotated[str, ReadAs(_board, {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,100}$"})]
Clock = Annotated[str, ReadAs(_clock, {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})]
CountryCode = Annotated[str, ReadAs(_country, {"type": "string", "pattern": "^[A-Z]{2}$"})]
Zone = Annotated[str, ReadAs(_zone, {"type": "string"})]
RuleZone = Annotated[str, ReadAs(_rule_zone, {"type": "string"})]
Language = Annotated[str, ReadAs(_language, {"type": "string", "pattern": "^[a-z]{2,3}$"})]
Currency = Annotated[str, ReadAs(_currency, {"type": "string", "pattern": "^[A-Z]{3}$"})]
Host = Annotated[str, ReadAs(_host, {"type": "string", "format": "hostname"})]
Address = Annotated[str, ReadAs(read_address, {"type": "string", "format": "uri", "pattern": "^https://"})]
BaseUrl = Annotated[str, ReadAs(read_base_url, {"type": "string", "format": "uri"})]
Email = Annotated[str, ReadAs(_email, {"type": "string", "format": "email"})]
Grade = Annotated[str, _term("grades", "grade")]
Category = Annotated[str, _term("categories", "category")]
ContractType = Annotated[str, _term("contracts", "contract type")]
OpenTo = Annotated[str, one_of(*vocabulary.OPEN_TO)]
