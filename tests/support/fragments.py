"""Fragments of front matter and of bodies, from which tests build random files."""

import json

from sites import DATA

from generator.model.schema import Posting

INNER_KEYS = ("city", "country", "zone", "from", "on", "min", "max", "currency", "type", "required", "text", "[key]")
FRAGMENTS = (
    *(f"{key}: " for key in (*Posting.model_fields, *INNER_KEYS)),
    *("[", "]", "{", "}", ", ", ": ", "? ", "- ", "\n", "\n  ", "\n- ", "\n  - "),
    *("\t", "---", "...", "|\n", ">\n", "# ", "https://[", "\ufeff", "\r", "\r\n"),
    *("&a ", "*a", "<<", "!!int ", "!x ", '"', "'", "%", "@", "`", "\\", r"\u202e", r"\n", "~", "NaN", "-1", "1e5"),
    *("true", "2026-05-01", "2026-02-30", "2026-05-01T09:00", "until-filled", "P3"),
)


def read_fragments(name: str) -> list[str]:
    """The texts in a data file with one JSON string per line."""
    lines = (DATA / "door" / name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line and not line.startswith("#")]
