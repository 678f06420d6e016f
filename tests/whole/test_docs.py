"""The docs match the program."""

import re
from collections.abc import Iterator

import pytest
from sites import ROOT

from generator.cli import _COMMANDS
from generator.model import schema
from generator.model.fields import Fields
from generator.reading import judging

SECTIONS: dict[str, type[Fields]] = {
    "A posting": schema.Posting,
    "An organisation": schema.Organisation,
    "A page of your own": schema.FreePage,
    "The settings: `site.yaml`": schema.Settings,
    "Your own vocabulary: `vocabulary.yaml`": schema.VocabularyFile,
}


def keys_of(form: type[Fields], prefix: str = "") -> Iterator[str]:
    """Every key of a form; inner keys follow the key of their mapping."""
    for name, info in form.model_fields.items():
        key = prefix + (info.alias or name)
        yield key
        for inner in judging._forms(info.annotation):
            yield from keys_of(inner, f"{key}.")


@pytest.mark.parametrize(("title", "form"), SECTIONS.items(), ids=[form.__name__ for form in SECTIONS.values()])
def test_every_key_is_documented(title: str, form: type[Fields]) -> None:
    """docs/content.md explains all keys of the schema and no others."""
    text = (ROOT / "docs" / "content.md").read_text("utf-8")
    section = text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    documented = re.findall(r"^\| `([a-z_.]+)` \|", section, re.MULTILINE)
    assert sorted(documented) == sorted(set(keys_of(form)))


def test_links_between_docs_lead_somewhere() -> None:
    """Every relative link in the README and the docs points to a file of the project."""
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_readme_names_every_command() -> None:
    """The README mentions each command."""
    text = (ROOT / "README.md").read_text("utf-8")
    assert all(f"vacancy-digest {command}" in text for command in _COMMANDS)


def test_every_promise_of_security_has_its_test() -> None:
    """Every test that SECURITY.md names exists."""
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "SECURITY.md").read_text("utf-8")))
    texts = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert named
    assert [name for name in sorted(named) if f"def {name}(" not in texts] == []
