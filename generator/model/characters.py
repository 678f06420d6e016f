"""Which characters a text may contain: none that is invisible or reverses text, unless its script needs it."""

import re
import unicodedata
from collections.abc import Iterator

# Unicode's property Default_Ignorable_Code_Point: characters shown as nothing. `tools/ignorable.py` prints it.
IGNORABLE = (
    "\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_ENDS_OF_PLANES = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
# Controls, line and paragraph separators, surrogates, noncharacters and the replacement character.
_SUSPECT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufff9-\uffff"
    rf"{_ENDS_OF_PLANES}{IGNORABLE}]|\r(?!\n)"
)
_ASCII = bytes(range(128))
_CONTROLS = bytes({*range(32), 127} - {ord("\n"), ord("\t")})

_NON_JOINER, _JOINER = "\u200c", "\u200d"
_MARKS = "\u200e\u200f"  # left-to-right, right-to-left
_AS_TEXT, _AS_PICTURE, _KEYCAP = "\ufe0e", "\ufe0f", "\u20e3"
_NEAR = 20  # characters
# Scripts in which a joiner changes the meaning, by the first word of the names of their characters.
_JOINED = frozenset(
    {"ADLAM", "ARABIC", "BALINESE", "BENGALI", "CHAKMA", "DEVANAGARI", "GUJARATI", "GURMUKHI", "HANIFI", "JAVANESE"}
    | {"KANNADA", "KHMER", "MALAYALAM", "MANDAIC", "MONGOLIAN", "MYANMAR", "NKO", "ORIYA", "SINHALA", "SYRIAC"}
    | {"TAMIL", "TELUGU", "TIBETAN"}
)
# Emoji that Unicode does not class as symbols.
_PICTURES = frozenset("\u203c\u2049\u2139\u2194\u25fb\u25fc\u25fd\u25fe\u2934\u2935\u3030\u303d")
_PLAIN = re.compile("[0-9A-Za-z]")
_BLANK = frozenset("\u2800\U0001d159")  # symbols without ink


def hidden(text: str) -> Iterator[tuple[int, str]]:
    """The position (from 0) and the name, such as U+202E, of every character that is not allowed where it is."""
    if _suspicious(text):
        for match in _SUSPECT.finditer(text):
            if not _needed(text, match.start()):
                yield match.start(), f"U+{ord(match[0]):04X}"


def _suspicious(text: str) -> bool:
    """Whether a text may contain such a character: a quick test, which is enough for most texts."""
    data = text.encode("utf-8", "surrogatepass")
    if len(data.translate(None, _CONTROLS)) != len(data):
        return True
    rest = data.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    return _SUSPECT.search(rest) is not None


def cleared(text: str) -> str:
    """The text without these characters."""
    wrong = {place for place, _ in hidden(text)}
    return "".join(char for place, char in enumerate(text) if place not in wrong) if wrong else text


def blank(text: str) -> bool:
    """Whether a text contains nothing that a reader would see."""
    if _PLAIN.search(text):  # most texts, at a third of the cost
        return False
    seen = (char for char in _SUSPECT.sub("", text) if char not in _BLANK)
    return not any(unicodedata.category(char)[0] in "LNPS" for char in seen)


def _needed(text: str, place: int) -> bool:
    """Whether a script or an emoji needs the suspicious character at this place."""
    char, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if char in _MARKS:
        # Arabic software puts a mark before each slash of a date. Near right-to-left text it hides nothing.
        return any(map(_right_to_left, text[max(place - _NEAR, 0) : place + _NEAR]))
    if char in (_AS_TEXT, _AS_PICTURE):
        return _picture(before) or (before in {*"0123456789#*"} and after == _KEYCAP)
    if char == _JOINER and _picture(text[place - 2 : place - 1] if before == _AS_PICTURE else before):
        return _picture(after)
    if char in (_NON_JOINER, _JOINER):
        # A joiner also shapes a letter at the end of a word; a non-joiner has nothing to separate there.
        return _script(before) in _JOINED and (char == _JOINER or _script(after) in _JOINED)
    return "\u180b" <= char <= "\u180f" and _script(before) == "MONGOLIAN"


def _right_to_left(char: str) -> bool:
    return char.isalpha() and unicodedata.bidirectional(char) in {"R", "AL"}


def _picture(char: str) -> bool:
    # Emoji that are newer than this Python are recognised by their block.
    known = char in _PICTURES or "\U0001f000" <= char <= "\U0001faff"
    return bool(char) and (known or unicodedata.category(char) == "So")


def _script(char: str) -> str:
    """The script of a visible letter or combining mark; empty for anything else."""
    if not char or unicodedata.category(char)[0] not in "LM" or _SUSPECT.match(char):
        return ""
    return unicodedata.name(char, "").partition(" ")[0]
