"""Vacancies as other programs write them: JobPosting, ReliefWeb's API, feeds, tables, Markdown with other front matter.

Each becomes what labels would state, and a text, which is read as any notice's is.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import feedparser

from .dates import read_date
from .drafting import Draft, Unreadable
from .editors import FORM, FORM_TEXT
from .frontmatter import read_mapping, split
from .notices import Bench, Stated, read_notice
from .vocabulary import notice_words
from .webpages import data_of, is_html, job_postings, text_of

_MOST_ITEMS, _MOST_COLUMNS = 500, 500
_EMPLOYMENT = {"TEMPORARY": "temporary", "INTERN": "internship", "VOLUNTEER": "volunteer"}
_RELIEFWEB = {"Consultancy": "consultancy", "Internship": "internship", "Volunteer": "volunteer"}
_PERIODS = {"YEAR", "MONTH", "WEEK", "DAY", "HOUR"}
# What columns and keys may be called beside the labels of notices.
_TEXTS = frozenset({"description", "body", "text", "details", "notice", "content"})
_LINKS = frozenset({"url", "link", "source url", "notice url", "permalink"})


def drafts_in(text: str, source: str, bench: Bench, names: Mapping[str, str]) -> Iterator[Draft | Unreadable]:
    """Every vacancy of a source, whatever its form; in the place of one that cannot be read stands why.

    `names` says which column or key of the source states what: its name by ours.
    """
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")):
        found = _from_json(_json(text, source), source)
    elif is_html(text):
        found = _from_page(text, source)
    elif re.match(r"<\?xml|<rss|<feed|<rdf:", start, re.IGNORECASE):
        found = _from_feed(text, source)
    elif start.startswith("### "):
        found = iter([_from_issue(start, source)])
    elif split(text):
        found = iter([_from_markdown(text, source, names)])
    elif source.lower().endswith((".csv", ".tsv")):
        found = _from_table(text, source, names)
    else:
        found = iter([(text, [], source)])
    count = 0
    for body, stated, name in found:
        count += 1
        if count > _MOST_ITEMS:
            yield Unreadable(f"{source} holds more than {_MOST_ITEMS} vacancies, import it in parts")
            return
        try:
            yield read_notice(body, name, bench, stated)
        except Unreadable as reason:
            yield reason
    if not count:
        yield Unreadable(f"{source} holds no vacancy")


Found = tuple[str, list[Stated], str]  # text, facts, the source's name


def _json(text: str, source: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable(f"{source} looks like JSON and cannot be read as that") from None


def _from_json(value: Any, source: str) -> Iterator[Found]:
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        for number, item in enumerate(value["data"], 1):
            if isinstance(item, dict) and isinstance(item.get("fields"), dict):
                yield _from_reliefweb(item["fields"], _numbered(source, number, len(value["data"])))
    elif isinstance(value, dict) and "jsonfeed.org" in str(value.get("version", "")):
        items = [item for item in _list(value.get("items")) if isinstance(item, dict)]
        for number, item in enumerate(items, 1):
            text = _markup_text(str(item.get("content_html") or "")) or str(
                item.get("content_text") or item.get("summary") or ""
            )
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


def _from_page(page: str, source: str) -> Iterator[Found]:
    postings = list(data_of(page))
    for number, posting in enumerate(postings, 1):
        yield _from_posting(posting, _numbered(source, number, len(postings)))
    if not postings:
        yield text_of(page), [], source


def _numbered(source: str, number: int, of: int) -> str:
    return f"{source}, item {number}" if of > 1 else source


def _from_posting(posting: Mapping[str, Any], source: str) -> Found:
    """schema.org's JobPosting."""
    facts = [
        _fact("title", posting.get("title") or posting.get("name"), "title"),
        _fact("organisation", _name(posting.get("hiringOrganization")), "hiringOrganization"),
        _fact("station", "; ".join(filter(None, map(_address, _list(posting.get("jobLocation"))))), "jobLocation"),
        _fact("opens", _day(posting.get("datePosted")), "datePosted"),
        _fact("closes", _spaced(posting.get("validThrough")), "validThrough"),
        _fact("reference", _value(posting.get("identifier")), "identifier"),
        _fact(
            "contract",
            next((_EMPLOYMENT[one] for one in _list(posting.get("employmentType")) if one in _EMPLOYMENT), ""),
            "employmentType",
        ),
        _fact("salary", _salary(posting.get("baseSalary")), "baseSalary"),
        _fact("url", posting.get("url"), "url"),
    ]
    if posting.get("jobLocationType") == "TELECOMMUTE":
        facts.append(_fact("station", "remote", "jobLocationType"))
    return _markup_text(str(posting.get("description") or "")), [fact for fact in facts if fact.value], source


def _from_reliefweb(fields: Mapping[str, Any], source: str) -> Found:
    """A job of ReliefWeb's API. Its closing date is midnight UTC and means through that day."""
    written = fields.get("date")
    dates = written if isinstance(written, dict) else {}
    cities, lands = (([_name(one) for one in _list(fields.get(key))]) for key in ("city", "country"))
    places = (
        [", ".join(filter(None, pair)) for pair in zip(cities, lands, strict=False)]
        if len(cities) == len(lands) == 1
        else lands
    )
    apply = _markup_text(str(fields.get("how_to_apply-html") or "")) or str(fields.get("how_to_apply") or "")
    address = re.search(r"https://[^\s<>\"')\]]+", f"{fields.get('how_to_apply-html') or ''} {apply}")
    sources = [one for one in _list(fields.get("source")) if isinstance(one, dict)]
    organisation = sources[0] if sources else {}
    name = (
        f"{organisation.get('name', '')} ({organisation.get('shortname', '')})"
        if organisation.get("shortname")
        else organisation.get("name")
    )
    facts = [
        _fact("title", fields.get("title"), "title"),
        _fact("organisation", name, "source"),
        _fact("station", "; ".join(places), "country, city"),
        _fact("closes", str(dates.get("closing") or "")[:10], "date.closing"),
        _fact("added", str(dates.get("created") or "")[:10], "date.created"),
        _fact(
            "contract",
            next((_RELIEFWEB[kind] for one in _list(fields.get("type")) if (kind := _name(one)) in _RELIEFWEB), ""),
            "type",
        ),
        _fact("apply", address[0].rstrip(".,;") if address else "", "how_to_apply"),
        _fact("source", "ReliefWeb", "ReliefWeb"),
        _fact("url", fields.get("url_alias") or fields.get("url"), "url"),
    ]
    body = _markup_text(str(fields.get("body-html") or "")) or _without_marks(str(fields.get("body") or ""))
    return body + (f"\n\nHow to apply\n\n{apply}" if apply else ""), [fact for fact in facts if fact.value], source


def _from_feed(text: str, source: str) -> Iterator[Found]:
    """The entries of an RSS or Atom feed."""
    feed = feedparser.parse(io.BytesIO(text.encode()), sanitize_html=False, resolve_relative_uris=False)
    if feed.get("version", "") == "":
        raise Unreadable(f"{source} is XML and no feed")
    for number, entry in enumerate(feed.entries, 1):
        contents = [one.get("value", "") for one in entry.get("content", [])]
        body = _markup_text(contents[0] if contents else entry.get("summary", ""))
        when = entry.get("published") or entry.get("updated")
        yield _item(entry.get("title"), entry.get("link"), when, body, _numbered(source, number, len(feed.entries)))


def _item(title: Any, link: Any, when: Any, text: str, source: str) -> Found:
    facts = [_fact("title", title, "title"), _fact("url", link, "link"), _fact("added", _day(when), "published")]
    return text, [fact for fact in facts if fact.value], source


def _from_table(text: str, source: str, names: Mapping[str, str]) -> Iterator[Found]:
    """The rows of a table whose first row names the columns."""
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator)
    if len(rows.fieldnames or ()) > _MOST_COLUMNS:
        raise Unreadable(f"{source} has more than {_MOST_COLUMNS} columns and is no table of vacancies")
    for number, row in enumerate(rows, 2):
        values = {str(key): str(value) for key, value in row.items() if key and isinstance(value, str)}
        yield _from_fields(values, f"{source}, row {number}", names)


def _from_markdown(text: str, source: str, names: Mapping[str, str]) -> Found:
    """A file of Hugo, Jekyll and the like."""
    parts = split(text.replace("\r\n", "\n"))
    assert parts
    fields, findings = read_mapping(parts[0])
    if findings:
        place, key, message = findings[0]
        raise Unreadable(f"{source}:{place.line + 1}: {key}: {message}")
    values = {key: _flat(value) for key, value in fields.value.items()}
    body, stated, name = _from_fields(values, source, names)
    return body or _without_marks(parts[1]), stated, name


def _from_issue(text: str, source: str) -> Found:
    """An issue that was written with our form. A heading that is none of the form's belongs to the text above it."""
    labels = {name.replace("_", " ").capitalize(): name for name in FORM} | {FORM_TEXT: "text"}
    headings = rf"^### ({'|'.join(map(re.escape, labels))})[ \t]*$"
    parts = re.split(headings, text.replace("\r\n", "\n"), flags=re.MULTILINE)
    values = {labels[label]: value.strip() for label, value in zip(parts[1::2], parts[2::2], strict=True)}
    given = {name: value for name, value in values.items() if value not in ("_No response_", "None", "")}
    return _from_fields(given, source, {})


def _from_fields(values: Mapping[str, str], source: str, names: Mapping[str, str]) -> Found:
    """Named values: what `names` says that they state, else what their names say."""
    by_theirs = {theirs: ours for ours, theirs in names.items()}
    facts: list[Stated] = []
    body = ""
    for name, value in values.items():
        key = " ".join(re.findall(r"[a-z]+", name.lower()))
        ours = by_theirs.get(name, key)
        if ours in _TEXTS:
            body = _markup_text(value) if is_html(value) else value
        elif ours in _LINKS:
            facts.append(_fact("url", value, name))
        elif kind := _kind(ours):
            facts.append(_fact(kind, value, name))
    return body, [fact for fact in facts if fact.value], source


def _kind(name: str) -> str | None:
    """What a name states: it is a label of notices, or our own word for it."""
    labels = notice_words().labels
    return labels.get(name.replace("_", " ")) or (name if name in labels.values() else None)


def _fact(kind: str, value: Any, origin: str) -> Stated:
    text = str(value).strip() if isinstance(value, str | int) else ""
    return Stated(kind, text, f"{origin}: {text}")


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(_flat, value))
    return ", ".join(map(_flat, value.values())) if isinstance(value, dict) else str(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(value: Any) -> str:
    return str(value.get("name") or "") if isinstance(value, dict) else str(value or "")


def _value(value: Any) -> str:
    return str(value.get("value") or "") if isinstance(value, dict) else str(value or "")


def _address(place: Any) -> str:
    address = place.get("address") if isinstance(place, dict) else None
    if not isinstance(address, dict):
        return str(address or "")
    return ", ".join(filter(None, (_name(address.get("addressLocality")), _name(address.get("addressCountry")))))


def _salary(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    amount, currency = value.get("value"), str(value.get("currency") or "")
    if not isinstance(amount, dict):
        return f"{currency} {amount}" if amount else ""
    low, high = amount.get("minValue", amount.get("value")), amount.get("maxValue")
    period = str(amount.get("unitText") or "")
    figures = " - ".join(str(one) for one in (low, high) if one is not None)
    return f"{currency} {figures}" + (f" per {period.lower()}" if period in _PERIODS else "")


def _day(value: Any) -> str:
    """The day of an instant that a program wrote."""
    text = str(value or "")
    found = read_date(text[:10]) or read_date(text)
    return found.day.isoformat() if found else ""


def _spaced(value: Any) -> str:
    """An instant as words have it: `2026-06-05T20:55:00Z` becomes `2026-06-05 20:55 UTC`."""
    text = str(value or "")
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?", text)
    if not match:
        return text
    zone = {"Z": " UTC", None: ""}.get(match[3], f" UTC{match[3]}")
    return f"{match[1]} {match[2]}{zone}"


def _markup_text(text: str) -> str:
    return text_of(f"<div>{text}</div>") if text.strip() else ""


def _without_marks(text: str) -> str:
    """Markdown as plain lines: headings keep their mark, emphasis loses it, links keep their words."""
    # Nothing runs over what begins another mark: of a row of them each would be read to its end.
    text = re.sub(r"^[ \t]*\*\*([^*\n]{2,80})\*\*:?[ \t]*$", r"## \1", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\[\]]+)\]\((?:[^()]++|\([^()]*\))*+\)", r"\1", text)
    return re.sub(r"(\*\*|__)(?=\S)((?:(?!\1).)+)(?<=\S)\1", r"\2", text)
