"""Postings for tests, read from front matter as an editor writes it, and the context that notices are read with."""

from dataclasses import replace
from textwrap import dedent
from typing import TypeVar

from sites import DATA, SAMPLE_NOW

from generator.edition.listing import listing_of
from generator.importing.notices import Bench
from generator.model.content import Content, OrganisationFile, PostingFile
from generator.model.fields import Fields
from generator.model.schema import Organisation, Posting, Settings
from generator.model.vocabulary import Vocabulary
from generator.reading.folder import load
from generator.reading.frontmatter import read_mapping
from generator.reading.judging import read_fields

SETTINGS = """\
title: Test digest
description: Roles of a test.
base_url: https://digest.example.org/
editor: {name: Editor, email: editor@digest.example.org}
tag_authority: {domain: digest.example.org, date: 2026-01-01}
"""
WORDS = Vocabulary({}, {}, {})

_Form = TypeVar("_Form", bound=Fields)


def read(form: type[_Form], text: str) -> _Form:
    """Reads a value of a form from YAML; fails if there is a problem."""
    fields, form_findings = read_mapping(dedent(text))
    value, findings = read_fields(form, fields, WORDS)
    assert not form_findings, form_findings
    assert value is not None, findings
    assert not findings, findings
    return value


def posting_file(text: str, slug: str = "role") -> PostingFile:
    """A posting of the organisation `org`, made from the lines that matter to a test."""
    posting = read(Posting, f"title: Role\norganisation: org\n{dedent(text)}")
    return PostingFile(slug, f"content/postings/{slug}.md", posting)


def content_of(*files: PostingFile, settings: str = "", organisation: str = "name: Org") -> Content:
    """The content of a small site with these postings."""
    orgs = {"org": OrganisationFile("org", read(Organisation, organisation))}
    content = Content(read(Settings, SETTINGS + dedent(settings)), WORDS, organisations=orgs)
    listings = [listing_of(file, b"", repr(file.posting).encode(), content) for file in files]
    return replace(content, postings=tuple(listings))


def sample_bench() -> Bench:
    """The context for reading sources: the organisations and words of the sample, at its instant."""
    content = load(DATA / "sample").content
    assert content
    return Bench(content.organisations, content.vocabulary, SAMPLE_NOW)
