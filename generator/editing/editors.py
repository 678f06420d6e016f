"""Settings for the tools in which editors work, all from the one schema.

They are JSON Schema, Sveltia and Decap CMS, Pages CMS, Front Matter for VS Code, and GitHub's form for issues.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import yaml

from ..model.fields import Fields
from ..model.schema import FreePage, Organisation, Posting, Settings, SourcesFile
from ..model.vocabulary import Vocabulary

_LONG = 300  # characters; a text that may be longer gets a larger box
_MADE = "Made by `vacancy-digest editors` from the schema; changes here are lost."
# In an issue form: what a stranger can say about a vacancy. Everything else is up to an editor.
FORM = (
    *("title", "organisation", "reference", "duty_stations", "grade", "contract", "opens", "closes", "apply", "source"),
    "summary",
)
_FORM_HINTS = {
    "organisation": "Its name, as in the notice.",
    "duty_stations": "City and country, such as Suva, Fiji. Several are separated by semicolons.",
    "contract": "Such as fixed-term, or temporary.",
    "opens": "Such as 2030-01-31.",
    "closes": "Such as 2030-01-31, or 31 January 2030 at 17:00 UTC.",
    "apply": "The address for applications.",
    "source": "The address of the notice.",
}
FORM_TEXT = "Text of the notice"


@dataclass(frozen=True, slots=True)
class Field:
    """A key as a form shows it. `kind` is text, long, boolean, integer, number, day, choice, mapping or reference.

    `many` marks a list of these; `inner` has the keys of a mapping; `choices` has the options of a choice.
    """

    name: str
    kind: str
    required: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()
    inner: tuple["Field", ...] = ()
    pattern: str = ""

    @property
    def label(self) -> str:
        """The name of the field as a form shows it."""
        return self.name.replace("_", " ").capitalize()


def fields_of(form: type[Fields], words: Vocabulary) -> tuple[Field, ...]:
    """The keys of a form in their order."""
    schema = json_schema(form, words)
    return tuple(_fields(schema, schema.get("$defs", {})))


def json_schema(form: type[Fields], words: Vocabulary) -> dict[str, Any]:
    """JSON Schema (2020-12) of a file's front matter, with the site's own vocabulary."""
    schema = form.model_json_schema()
    _with_words(schema, words)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$comment": _MADE, **schema}


def _with_words(schema: Any, words: Vocabulary) -> None:
    """Replaces each mark for a list of known words with the words themselves."""
    if isinstance(schema, dict):
        # An optional key is left out; it is never null.
        if any(one == {"type": "null"} for one in schema.get("anyOf", ())):
            (kept,) = [one for one in schema.pop("anyOf") if one != {"type": "null"}]
            schema.pop("default", None)
            schema |= kept
        if part := schema.pop("x-vocabulary", None):
            schema["enum"] = list(getattr(words, part))
        for one in list(schema.values()):
            _with_words(one, words)
    elif isinstance(schema, list):
        for one in schema:
            _with_words(one, words)


def _fields(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, one in schema["properties"].items():
        yield replace(_field(name, one, defs), required=name in required)


def _field(name: str, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Field:
    if "$ref" in schema:
        schema = defs[schema["$ref"].rsplit("/", 1)[-1]]
    if "allOf" in schema:
        return _field(name, schema["allOf"][0], defs)
    if schema.get("type") == "array":
        return replace(_field(name, schema["items"], defs), many=True)
    if "properties" in schema:
        return Field(name, "mapping", inner=tuple(_fields(schema, defs)))
    if name in {"organisation", "parent"}:
        return Field(name, "reference")
    if "enum" in schema:
        return Field(name, "choice", choices=tuple(schema["enum"]))
    kind = schema.get("type", "string")
    if kind in {"boolean", "integer", "number"}:
        return Field(name, kind)
    pattern = schema.get("pattern", "")
    return Field(name, "long" if schema.get("maxLength", 0) > _LONG else "text", pattern=pattern)


@dataclass(frozen=True)
class Editors:
    """Every file for every tool, by its path in the site's folder."""

    settings: Settings | None
    words: Vocabulary

    def files(self) -> Iterator[tuple[str, str]]:
        """Each file as its path and its text."""
        yield ".vscode/posting.schema.json", _json(json_schema(Posting, self.words))
        yield ".vscode/organisation.schema.json", _json(json_schema(Organisation, self.words))
        yield ".vscode/site.schema.json", _json(json_schema(Settings, self.words))
        yield ".vscode/sources.schema.json", _json(json_schema(SourcesFile, self.words))
        yield "frontmatter.json", _json(self.front_matter())
        yield "admin/config.yml", _yaml(self.sveltia())
        yield ".pages.yml", _yaml(self.pages_cms())
        yield ".github/ISSUE_TEMPLATE/posting.yml", _yaml(self.issue_form())

    @cached_property
    def posting(self) -> tuple[Field, ...]:
        """The fields of a posting."""
        return fields_of(Posting, self.words)

    @cached_property
    def organisation(self) -> tuple[Field, ...]:
        """The fields of an organisation."""
        return fields_of(Organisation, self.words)

    @cached_property
    def page(self) -> tuple[Field, ...]:
        """The fields of a free page."""
        return fields_of(FreePage, self.words)

    # Sveltia and Decap CMS

    def sveltia(self) -> dict[str, Any]:
        """The settings of Sveltia and Decap CMS."""
        repository = str(self.settings.repository or "") if self.settings else ""
        repo = "/".join(repository.rstrip("/").split("/")[-2:]) if repository.count("/") >= 4 else "OWNER/REPOSITORY"
        host = "gitlab" if "gitlab" in repository else "github"
        return {
            "backend": {"name": host, "repo": repo, "branch": "main"},
            "media_folder": "content/static/media",
            "public_folder": "/media",
            "collections": [
                _sveltia_folder("postings", "Posting", self.posting, nested=True),
                _sveltia_folder("organisations", "Organisation", self.organisation),
                _sveltia_folder("pages", "Page", self.page),
            ],
        }

    # Pages CMS

    def pages_cms(self) -> dict[str, Any]:
        """The settings of Pages CMS."""
        return {
            "media": {"input": "content/static/media", "output": "/media"},
            # Without it, saving would drop keys that these forms do not have.
            "settings": {"content": {"merge": True}},
            "content": [
                _pages_folder("postings", "Postings", self.posting),
                _pages_folder("organisations", "Organisations", self.organisation),
                _pages_folder("pages", "Pages", self.page),
            ],
        }

    # Front Matter for VS Code

    def front_matter(self) -> dict[str, Any]:
        """The settings of Front Matter for VS Code."""
        groups: list[dict[str, Any]] = []
        types = [
            {
                "name": name,
                "fileType": "md",
                "pageBundle": False,
                "filePrefix": None,
                "clearEmpty": True,
                "fields": [_front_matter_field(one, groups) for one in fields],
            }
            for name, fields in (("posting", self.posting), ("organisation", self.organisation), ("page", self.page))
        ]
        return {
            "$schema": "https://frontmatter.codes/frontmatter.schema.json",
            "frontMatter.taxonomy.frontMatterType": "YAML",
            "frontMatter.taxonomy.dateFormat": "yyyy-MM-dd",
            "frontMatter.content.pageFolders": [
                {
                    "title": f"{name.capitalize()}s",
                    "path": f"[[workspace]]/content/{name}s",
                    "contentTypes": [name],
                    "filePrefix": None,
                }
                for name in ("posting", "organisation", "page")
            ],
            "frontMatter.taxonomy.fieldGroups": groups,
            "frontMatter.taxonomy.contentTypes": types,
        }

    # GitHub

    def issue_form(self) -> dict[str, Any]:
        """The issue form of GitHub."""
        by_name = {one.name: one for one in self.posting}
        return {
            "name": "A vacancy for the digest",
            "description": "Suggest a vacancy to the editors. Leave out what the notice does not state.",
            "title": "Vacancy: ",
            "labels": ["posting"],
            "body": [
                *(_form_field(by_name[name]) for name in FORM),
                {
                    "type": "textarea",
                    "id": "text",
                    "attributes": {
                        "label": FORM_TEXT,
                        "description": "The editors will rewrite it in their own words.",
                    },
                },
            ],
        }


def _sveltia_folder(name: str, singular: str, fields: tuple[Field, ...], *, nested: bool = False) -> dict[str, Any]:
    title = next(one.name for one in fields if one.name in {"title", "name"})
    found: dict[str, Any] = {
        "name": name,
        "label": name.capitalize(),
        "label_singular": singular,
        "folder": f"content/{name}",
        "create": True,
        "extension": "md",
        "format": "yaml-frontmatter",
        "identifier_field": title,
        "slug": "{{slug}}",
    }
    if nested:
        found |= {"nested": {"depth": 5, "subfolders": False}, "meta": {"path": {"label": "File", "widget": "string"}}}
    body = {"name": "body", "label": "Text", "widget": "markdown", "required": False}
    return found | {"fields": [*map(_sveltia_field, fields), body]}


def _sveltia_field(one: Field) -> dict[str, Any]:
    base: dict[str, Any] = {"name": one.name, "label": one.label, "required": one.required}
    if one.kind == "choice":
        return base | {"widget": "select", "options": list(one.choices), **({"multiple": True} if one.many else {})}
    if one.kind == "mapping":
        return base | {"widget": "list" if one.many else "object", "fields": list(map(_sveltia_field, one.inner))}
    if one.many:
        return base | {"widget": "list", "field": _sveltia_field(replace(one, many=False, name="item"))}
    if one.kind == "reference":
        found = {"collection": "organisations", "search_fields": ["name"], "value_field": "{{slug}}"}
        return base | {"widget": "relation", **found, "display_fields": ["name"]}
    widgets = {"text": {"widget": "string"}, "long": {"widget": "text"}, "boolean": {"widget": "boolean"}}
    numbers = {"widget": "number", "value_type": "int" if one.kind == "integer" else "float"}
    found = base | widgets.get(one.kind, numbers)
    return found | ({"pattern": [one.pattern, "see the documentation"]} if one.pattern else {})


def _pages_folder(name: str, label: str, fields: tuple[Field, ...]) -> dict[str, Any]:
    title = next(one.name for one in fields if one.name in {"title", "name"})
    return {
        "name": name,
        "label": label,
        "type": "collection",
        "path": f"content/{name}",
        "format": "yaml-frontmatter",
        "subfolders": name == "postings",
        "filename": {"template": "{primary}.md", "field": "create"},
        "view": {"primary": title, "fields": [title]},
        "fields": [*map(_pages_field, fields), {"name": "body", "label": "Text", "type": "text"}],
    }


def _pages_field(one: Field) -> dict[str, Any]:
    base: dict[str, Any] = {"name": one.name, "label": one.label, "required": one.required}
    if one.kind == "choice":
        return base | {"type": "select", "options": {"values": list(one.choices), "multiple": one.many}}
    if one.many:
        base["list"] = True
    if one.kind == "mapping":
        return base | {"type": "object", "fields": list(map(_pages_field, one.inner))}
    kinds = {"long": "text", "boolean": "boolean", "integer": "number", "number": "number"}
    found = base | {"type": kinds.get(one.kind, "string")}
    return found | ({"pattern": one.pattern} if one.pattern and not one.many else {})


def _front_matter_field(one: Field, groups: list[dict[str, Any]]) -> dict[str, Any]:
    base: dict[str, Any] = {"title": one.label, "name": one.name, "required": one.required}
    if one.kind == "mapping" and one.many:
        # A list of mappings would be a "block" of a group of fields, which writes a key of its own into each item.
        if not any(group["id"] == one.name for group in groups):
            group: dict[str, Any] = {"id": one.name, "labelField": one.inner[0].name}
            groups.append(group)
            group["fields"] = [_front_matter_field(inner, groups) for inner in one.inner]
        return base | {"type": "block", "fieldGroup": [one.name]}
    if one.kind == "mapping":
        return base | {"type": "fields", "fields": [_front_matter_field(inner, groups) for inner in one.inner]}
    if one.kind == "choice":
        return base | {"type": "choice", "choices": list(one.choices), **({"multiple": True} if one.many else {})}
    if one.many:
        return base | {"type": "list"}
    kinds = {"boolean": "boolean", "integer": "number", "number": "number"}
    found = base | {"type": kinds.get(one.kind, "string")}
    return found | ({"single": True} if one.kind in {"text", "reference"} else {})


def _form_field(one: Field) -> dict[str, Any]:
    attributes: dict[str, Any] = {"label": one.label}
    if hint := _FORM_HINTS.get(one.name):
        attributes["description"] = hint
    if one.kind == "choice":
        field = {"type": "dropdown", "id": one.name, "attributes": attributes | {"options": list(one.choices)}}
    else:
        field = {"type": "textarea" if one.kind == "long" else "input", "id": one.name, "attributes": attributes}
    return field | ({"validations": {"required": True}} if one.name in {"title", "organisation"} else {})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _yaml(value: object) -> str:
    return f"# {_MADE}\n" + yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=120)
