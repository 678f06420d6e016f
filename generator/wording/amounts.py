"""Amounts of money as notices write them. What can be read in two ways is not read."""

import re
from functools import cache
from typing import NamedTuple

from ..model.vocabulary import currencies

# Figures that can be read in one way alone: of 85.000 nobody can tell what the dot means.
_FIGURE = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?|\d{1,3}(?:\.\d{3})+,\d{1,2}"
    r"|\d{1,3}(?:\.\d{3}){2,}|\d{1,12}(?:\.\d{1,2})?)"
)
_TIMES = (
    r"k|m|mn|mln|mio|mill?ions?|thousands?|tsd|tausend|mille|bn|billions?|mrd|hundred|lakhs?|lacs?|crores?|"
    r"cr|triệu|tr"
    r"|nghìn|tỷ|juta|jt|ribu|rb|万|萬|만|億|億|千"
)
# Nothing stands behind a figure that makes it another, such as `85k`, `1.5 million` or a word for more of it.
_END = rf"(?![^\W_]|[.,'’+%]\d|[%+]|[ ]\d|\s?(?:{_TIMES})(?![^\W_]))"


@cache
def _salary_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Where an amount begins, and a salary that can be read."""
    codes = "|".join(sorted(currencies()))
    currency = rf"(?<![^\W_])(?:US\$|\$|€|£|(?-i:{codes})(?![A-Za-z]))"
    more = rf"\s*(?:-|–|—|\bto\b)\s*(?:{currency})?\s?"
    amount = re.compile(rf"{currency}\s?\d", re.IGNORECASE)
    return amount, re.compile(
        rf"(?<!\d)(?<!\d\s)(?P<currency>{currency})\s?(?P<min>{_FIGURE}){_END}"
        # A second figure that cannot be read makes the first one another: it is no lower end.
        rf"(?:{more}(?P<max>{_FIGURE}){_END}|(?!{more}\d|\s*(?:and|or)\s*(?:{currency})?\s?\d))"
        r"(?:\s*(?:/|\bper|\ban?)\s*(?P<period>year|annum|month|week|day|hour)\b)?",
        re.IGNORECASE,
    )


_BOUND = re.compile(r"\b(?:up to|max(?:imum)?\.?|at most|less than|below|under)(?: of)?\s*$", re.IGNORECASE)
_CURRENCIES = {"US$": "USD", "€": "EUR", "£": "GBP"}


class ReadSalary(NamedTuple):
    """A salary as a text has it; `currency` is a code or `$`, and of one figure `most` is empty."""

    currency: str
    least: str
    most: str
    period: str


def salary_in(text: str) -> ReadSalary | None:
    """The salary that a text states; None where it states none that can be read in one way alone."""
    amount, salary = _salary_patterns()
    first = amount.search(text)
    match = first and salary.match(text, first.start())
    if not match or _BOUND.search(text[: match.start()]):
        return None
    least, most = _figure(match["min"]), _figure(match["max"] or "")
    if most and float(most) < float(least):
        return None
    period = (match["period"] or "").lower().replace("annum", "year")
    written = match["currency"].upper()
    return ReadSalary(_CURRENCIES.get(written, written), least, most, period)


def _figure(text: str) -> str:
    """A figure as front matter writes it."""
    if re.search(r"[., ].*,\d{1,2}$", text) or text.count(".") > 1:
        text = text.replace(".", "").replace(",", ".") if text.count(",") < 2 else text
    return re.sub(r"[, ]", "", text)
