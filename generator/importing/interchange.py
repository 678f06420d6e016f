"""Vacancies as other programs write them: JobPosting, ReliefWeb's API, feeds, tables, Markdown with other front matter.

Each becomes what labels would state, and a text, which is read as any notice's is.
"""

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import unescape
from typing import Any

import feedparser

from ..editing.editors import FORM, FORM_TEXT
from ..model.problems import shown
from ..model.vocabulary import notice_words
from ..reading.frontmatter import MAX_FRONT_MATTER_BYTES, read_mapping
from ..work.limits import Apart, NoAnswer
from .dates import read_date
from .drafting import Draft, Unreadable
from .notices import Bench, StatedField, read_notice
from .webpages import data_of, is_html, job_postings, page_text, read_json, unescaped, words_of

_MOST_ITEMS, _MOST_COLUMNS = 500, 500
_SEPARATORS = ",;|\t"
_MOST_BITS = 64  # of a number: as many as TOML asks for
_EMPLOYMENT = {"TEMPORARY": "temporary", "INTERN": "internship", "VOLUNTEER": "volunteer"}
_RELIEFWEB = {"Consultancy": "consultancy", "Internship": "internship", "Volunteer": "volunteer"}
_PERIODS = {"YEAR", "MONTH", "WEEK", "DAY", "HOUR"}
# What columns and keys may be called beside the labels of notices.
_TEXTS = frozenset({"description", "body", "text", "details", "notice", "content"})
_LINKS = frozenset({"url", "link", "source url", "notice url", "permalink"})


FoundNotice = tuple[str, list[StatedField], str]  # text, facts, the source's name


def drafts_in(
    text: str,
    source: str,
    bench: Bench,
    names: Mapping[str, str],
    find: Callable[[str, str, Mapping[str, str]], list[FoundNotice | Unreadable]] | None = None,
) -> Iterator[Draft | Unreadable]:
    """Every vacancy of a source, whatever its form; in the place of one that cannot be read stands why.

    `names` says which column or key of the source states what: its name by ours. `find` is `found_in`, called in a
    process of its own.
    """
    text = _text(text)
    found: list[FoundNotice | Unreadable] = [(text, [], source)]
    # Plain text needs no parser of others, and so no process of its own.
    if _form_of(text, source):
        try:
            found = (find or _FOUND_APART)(text, source, dict(names))
        except NoAnswer as why:
            found = [Unreadable(f"{source} {why}")]
    yield from drafted(found, bench)


def drafted(found: Iterable[FoundNotice | Unreadable], bench: Bench) -> Iterator[Draft | Unreadable]:
    """A draft of each vacancy that was found, or why there is none."""
    for one in found:
        try:
            yield one if isinstance(one, Unreadable) else read_notice(one[0], one[2], bench, one[1])
        except Unreadable as reason:
            yield reason


def found_in(text: str, source: str, names: Mapping[str, str]) -> list[FoundNotice | Unreadable]:
    """The vacancies that a source holds, each as a text with facts. Takes as long as libraries do."""
    found: list[FoundNotice | Unreadable] = []
    try:
        reads = _form_of(text, source)
        for one in reads(text, source, names) if reads else [(text, list[StatedField](), source)]:
            if len(found) == _MOST_ITEMS:
                raise Unreadable(f"{source} holds more than {_MOST_ITEMS} vacancies, import it in parts")
            found.append(one)
    except Unreadable as reason:
        found.append(reason)
    return found or [Unreadable(f"{source} holds no vacancy")]


_FOUND_APART = Apart(found_in)
_Form = Callable[[str, str, Mapping[str, str]], Iterable[FoundNotice | Unreadable]]


def _form_of(text: str, source: str) -> _Form | None:
    """What reads a source of this form; None for plain text."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")):
        return _from_json
    if is_html(text):
        return _from_page
    if re.match(r"<\?xml|<rss|<feed|<rdf:", start, re.IGNORECASE):
        return _from_feed
    if start.startswith("### "):
        return _from_issue
    if _FRONT.match(_lines(text)):
        return _from_markdown
    return _from_table if source.lower().endswith((".csv", ".tsv")) else None


def _lines(text: str) -> str:
    return text.lstrip("\ufeff").replace("\r\n", "\n")


def _json(text: str, source: str) -> Any:
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        raise Unreadable(f"{source} looks like JSON and cannot be read as that") from None


def _from_json(text: str, source: str, _: Mapping[str, str]) -> Iterator[FoundNotice]:
    value = _json(text, source)
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        for number, item in enumerate(value["data"], 1):
            if isinstance(item, dict) and isinstance(item.get("fields"), dict):
                yield _from_reliefweb(item["fields"], _numbered(source, number, len(value["data"])))
    elif isinstance(value, dict) and "jsonfeed.org" in _text(value.get("version")):
        items = [item for item in _list(value.get("items")) if isinstance(item, dict)]
        for number, item in enumerate(items, 1):
            text = _markup_text(_text(item.get("content_html")))
            text = text or _text(item.get("content_text")) or _text(item.get("summary"))
            yield _item(
                item.get("title"),
                item.get("url"),
                item.get("date_published"),
                text,
                _numbered(source, number, len(items)),
            )
    else:
        postings = list(job_postings(value))
        for number, posting in enumerate(postings, 1):
            yield _from_posting(posting, _numbered(source, number, len(postings)))


def _from_page(page: str, source: str, _: Mapping[str, str]) -> Iterator[FoundNotice]:
    postings = list(data_of(page))
    for number, posting in enumerate(postings, 1):
        yield _from_posting(posting, _numbered(source, number, len(postings)))
    if not postings:
        yield page_text(page), [], source


def _numbered(source: str, number: int, of: int) -> str:
    return f"{source}, item {number}" if of > 1 else source


def _from_posting(posting: Mapping[str, Any], source: str) -> FoundNotice:
    """schema.org's JobPosting."""
    facts = [
        # Plain text, which many sites escape as if it were HTML.
        _fact("title", unescape(_words(posting.get("title")) or _words(posting.get("name"))), "title"),
        _fact("organisation", _name(posting.get("hiringOrganization")), "hiringOrganization"),
        _fact("station", "; ".join(filter(None, map(_address, _list(posting.get("jobLocation"))))), "jobLocation"),
        _fact("opens", _day(posting.get("datePosted")), "datePosted"),
        _fact("closes", _spaced(posting.get("validThrough")), "validThrough"),
        _fact("reference", _value(posting.get("identifier")), "identifier"),
        _fact(
            "contract",
            next(filter(None, (_EMPLOYMENT.get(_text(one)) for one in _list(posting.get("employmentType")))), ""),
            "employmentType",
        ),
        _fact("salary", _salary(posting.get("baseSalary")), "baseSalary"),
        _fact("url", posting.get("url"), "url"),
    ]
    if posting.get("jobLocationType") == "TELECOMMUTE":
        facts.append(_fact("station", "remote", "jobLocationType"))
    return _markup_text(_text(posting.get("description"))), [fact for fact in facts if fact.value], source


def _from_reliefweb(fields: Mapping[str, Any], source: str) -> FoundNotice:
    """A job of ReliefWeb's API. Its closing date is midnight UTC and means through that day."""
    written = fields.get("date")
    dates = written if isinstance(written, dict) else {}
    cities, lands = (([_name(one) for one in _list(fields.get(key))]) for key in ("city", "country"))
    places = (
        [", ".join(filter(None, pair)) for pair in zip(cities, lands, strict=False)]
        if len(cities) == len(lands) == 1
        else lands
    )
    markup = _text(fields.get("how_to_apply-html"))
    apply = _markup_text(markup) or _text(fields.get("how_to_apply"))
    address = re.search(r"https://[^\s<>\"')\]]+", f"{markup} {apply}")
    sources = [one for one in _list(fields.get("source")) if isinstance(one, dict)]
    organisation = sources[0] if sources else {}
    name, short = _text(organisation.get("name")), _text(organisation.get("shortname"))
    facts = [
        _fact("title", _words(fields.get("title")), "title"),
        _fact("organisation", f"{name} ({short})" if short else name, "source"),
        _fact("station", "; ".join(places), "country, city"),
        _fact("closes", _text(dates.get("closing"))[:10], "date.closing"),
        _fact("added", _text(dates.get("created"))[:10], "date.created"),
        _fact(
            "contract",
            next((_RELIEFWEB[kind] for one in _list(fields.get("type")) if (kind := _name(one)) in _RELIEFWEB), ""),
            "type",
        ),
        _fact("apply", address[0].rstrip(".,;") if address else "", "how_to_apply"),
        _fact("source", "ReliefWeb", "ReliefWeb"),
        _fact("url", fields.get("url_alias") or fields.get("url"), "url"),
    ]
    body = _markup_text(_text(fields.get("body-html"))) or _without_marks(_text(fields.get("body")))
    return body + (f"\n\nHow to apply\n\n{apply}" if apply else ""), [fact for fact in facts if fact.value], source


def _from_feed(text: str, source: str, _: Mapping[str, str]) -> Iterator[FoundNotice]:
    """The entries of an RSS or Atom feed."""
    # Whatever the file declares, it has been decoded.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        feed = feedparser.parse(
            io.BytesIO(text.encode()), sanitize_html=False, resolve_relative_uris=False, response_headers=headers
        )
    # Odd places, dates and characters make it raise what it does not name: KeyError, TypeError, ValueError and others.
    except Exception as error:
        raise Unreadable(f"{source} is no feed that can be read ({type(error).__name__})") from None
    if feed.get("version", "") == "":
        raise Unreadable(f"{source} is XML and no feed")
    for number, entry in enumerate(feed.entries, 1):
        contents = [one.get("value", "") for one in entry.get("content", [])]
        body = _markup_text(contents[0] if contents else entry.get("summary", ""))
        when = entry.get("published") or entry.get("updated")
        marked = (entry.get("title_detail") or {}).get("type") in ("text/html", "application/xhtml+xml")
        title = words_of(entry.title) if marked else entry.get("title")
        yield _item(title, entry.get("link"), when, body, _numbered(source, number, len(feed.entries)))


def _item(title: Any, link: Any, when: Any, text: str, source: str) -> FoundNotice:
    facts = [
        _fact("title", _words(title), "title"),
        _fact("url", link, "link"),
        _fact("added", _day(when), "published"),
    ]
    return text, [fact for fact in facts if fact.value], source


def _from_table(text: str, source: str, names: Mapping[str, str]) -> Iterator[FoundNotice | Unreadable]:
    """The rows of a table whose first row names the columns; a row that cannot be read stops no other."""
    text = text.removeprefix("\ufeff")
    # Excel's line that names the separator.
    named = re.match(r'"?sep=(?P<separator>[^\r\n])"?[^\S\r\n]*(?:\r\n?|\n)', text, re.IGNORECASE)
    text = text[named.end() :] if named else text
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    separator = named["separator"] if named else max(",;\t", key=first.count)
    if separator not in _SEPARATORS:
        raise Unreadable(
            f"{source} names {shown(separator)} as its separator, use a comma, a semicolon, a bar or a tab"
        )
    columns: list[str] | None = None
    for number, row in enumerate(_rows(text, separator), 1):
        if row is None:
            yield Unreadable(f"{source}, row {number} has a carriage return in a cell without quotes")
            if columns is None:
                return
        elif columns is None:
            columns = row
            if len(columns) > _MOST_COLUMNS:
                raise Unreadable(f"{source} has more than {_MOST_COLUMNS} columns and is no table of vacancies")
        elif any(row):
            values = {name: value for name, value in zip(columns, row, strict=False) if name}
            yield _from_fields(values, f"{source}, row {number}", names)


def _rows(text: str, separator: str) -> Iterator[list[str] | None]:
    """Each row of a table; None for one that cannot be read, for which a stray CR is the one reason."""
    # On old Macs CR alone ends a line; where LF does, a CR in a cell ends nothing.
    of_old_mac = "\n" not in re.sub(r'"[^"]*"', "", text)
    lines = io.StringIO(text, newline="" if of_old_mac else "\n")
    reader = csv.reader(lines, delimiter=separator)
    # The source has a limit; the module's own, for a cell, would end the reading amid the table.
    before = csv.field_size_limit(len(text) + 1)
    try:
        while True:
            try:
                yield next(reader)
            except csv.Error:
                yield None
    except StopIteration:
        return
    finally:
        csv.field_size_limit(before)


# YAML ends at a line of dashes or, as in Pandoc, of dots; TOML at a line of plus signs.
_FRONT = re.compile(
    r"(?:---[^\S\n]*\n(?P<yaml>.*?)^(?:---|\.\.\.)|\+\+\+[^\S\n]*\n(?P<toml>.*?)^\+\+\+)[^\S\n]*(?:\n|\Z)(?P<body>.*)",
    re.MULTILINE | re.DOTALL,
)


def _from_markdown(text: str, source: str, names: Mapping[str, str]) -> Iterator[FoundNotice]:
    """A file of Hugo, Jekyll and the like."""
    parts = _FRONT.match(_lines(text))
    assert parts
    fields = _toml(parts["toml"], source) if parts["yaml"] is None else _yaml(parts["yaml"], source)
    try:
        values = {key: _flat(value) for key, value in fields.items()}
    except RecursionError:
        raise Unreadable(f"{source} has front matter that is nested too deep") from None
    except OverflowError:
        raise Unreadable(f"{source} has front matter with a number of more than {_MOST_BITS} bits") from None
    body, stated, name = _from_fields(values, source, names)
    yield body or _without_marks(parts["body"]), stated, name


def _yaml(text: str, source: str) -> Mapping[str, Any]:
    fields, findings = read_mapping(text.removesuffix("\n"))
    if findings:
        place, key, message = findings[0]
        raise Unreadable(f"{source}:{place.line + 1}: {key}: {message}")
    return fields.value


def _toml(text: str, source: str) -> Mapping[str, Any]:
    if len(text) > MAX_FRONT_MATTER_BYTES:
        raise Unreadable(f"{source} has front matter of more than {MAX_FRONT_MATTER_BYTES // 1024} KiB")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{source} has front matter that is no TOML ({error})") from None


def _from_issue(text: str, source: str, _: Mapping[str, str]) -> Iterator[FoundNotice]:
    """An issue that was written with our form. A heading that is none of the form's belongs to the text above it."""
    labels = {name.replace("_", " ").capitalize(): name for name in FORM} | {FORM_TEXT: "text"}
    headings = rf"^### ({'|'.join(map(re.escape, labels))})[ \t]*$"
    parts = re.split(headings, _lines(text).lstrip(), flags=re.MULTILINE)
    values = {labels[label]: value.strip() for label, value in zip(parts[1::2], parts[2::2], strict=True)}
    given = {name: value for name, value in values.items() if value not in ("_No response_", "None", "")}
    yield _from_fields(given, source, {})


def _from_fields(values: Mapping[str, str], source: str, names: Mapping[str, str]) -> FoundNotice:
    """Named values: what `names` says that they state, else what their names say."""
    by_theirs = {theirs: ours for ours, theirs in names.items()}
    facts: list[StatedField] = []
    body = ""
    for name, value in values.items():
        key = " ".join(re.findall(r"[a-z]+", name.lower()))
        ours = by_theirs.get(name, key)
        if ours in _TEXTS:
            markup = unescaped(_text(value))
            body = _markup_text(markup) if is_html(markup) else _text(value)
        elif ours in _LINKS:
            facts.append(_fact("url", value, name))
        elif kind := _kind(ours):
            facts.append(_fact(kind, value, name))
    return body, [fact for fact in facts if fact.value], source


def _kind(name: str) -> str | None:
    """What a name states: it is a label of notices, or our own word for it."""
    labels = notice_words().labels
    return labels.get(name.replace("_", " ")) or (name if name in labels.values() else None)


def _fact(kind: str, value: Any, origin: str) -> StatedField:
    lines = (" ".join(line.split()) for line in _text(value).splitlines())
    # No fact of ours has several lines; of places each has one.
    text = ("; " if kind in ("station", "country") else " ").join(filter(None, lines))
    return StatedField(kind, text, f"{origin}: {text}")


def _text(value: Any) -> str:
    """What can be the text of a fact: nothing is made of lists and mappings where a text should be."""
    if not isinstance(value, str):
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
    # JSON can hold half of a character, which is none.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _words(value: Any) -> str:
    """What can be a title: a number is none."""
    return _text(value) if isinstance(value, str) else ""


def _flat(value: Any) -> str:
    """A value of front matter on one line. Raises OverflowError for a number that is none of a vacancy."""
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise OverflowError
    if isinstance(value, list):
        return "; ".join(map(_flat, value))
    if isinstance(value, dict):
        return ", ".join(map(_flat, value.values()))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(value: Any) -> str:
    return _text(value.get("name") if isinstance(value, dict) else value)


def _value(value: Any) -> str:
    return _text(value.get("value") if isinstance(value, dict) else value)


def _address(place: Any) -> str:
    address = place.get("address") if isinstance(place, dict) else None
    if not isinstance(address, dict):
        return _text(address)
    return ", ".join(filter(None, (_name(address.get("addressLocality")), _name(address.get("addressCountry")))))


def _salary(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    amount, currency = value.get("value"), _text(value.get("currency")).strip().upper()
    if not isinstance(amount, dict):
        return f"{currency} {_text(amount)}" if _text(amount) else ""
    low, high = _text(amount.get("minValue", amount.get("value"))), _text(amount.get("maxValue"))
    period = _text(amount.get("unitText"))
    figures = (
        f"{currency} {low} - {high}" if low and high else f"{currency} {low}" if low else f"up to {currency} {high}"
    )
    return figures + (f" per {period.lower()}" if period in _PERIODS else "")


def _day(value: Any) -> str:
    """The day of an instant that a program wrote."""
    text = _text(value)
    found = read_date(text[:10]) or read_date(text)
    return found.day.isoformat() if found else ""


def _spaced(value: Any) -> str:
    """An instant as words have it: `2026-06-05T20:55:00Z` becomes `2026-06-05 20:55 UTC`."""
    text = _text(value)
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?", text)
    if not match:
        return text
    zone = {"Z": " UTC", None: ""}.get(match[3], f" UTC{match[3]}")
    return f"{match[1]} {match[2]}{zone}"


def _markup_text(text: str) -> str:
    markup = unescaped(text)
    # Without a tag the lines are as they were written.
    return page_text(f"<div>{markup}</div>") if re.search(r"<[A-Za-z/!]", markup) else unescape(markup)


def _without_marks(text: str) -> str:
    """Markdown as plain lines: headings keep their mark, emphasis loses it, links keep their words."""
    # Nothing runs over what begins another mark: of a row of them each would be read to its end.
    text = re.sub(r"^[ \t]*\*\*([^*\n]{2,80})\*\*:?[ \t]*$", r"## \1", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\[\]]+)\]\((?:[^()]++|\([^()]*\))*+\)", r"\1", text)
    return re.sub(r"(\*\*|__)(?=\S)((?:(?!\1).)+)(?<=\S)\1", r"\2", text)
