"""The invariant catches typical mistakes of incremental builds, each introduced into the generator on purpose.

This is why parts of the generator are replaced here: no input makes a correct program do wrong.
"""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from changing import EXAMPLES, SETTLED, SiteMachine, around, run
from hypothesis import Phase

from generator.building import build as program
from generator.building import plan
from generator.building.fingerprint import Fingerprint
from generator.edition import edition, listing
from generator.edition.edition import Edition, Role
from generator.model.content import Content, StaticFile
from generator.model.model import Event
from generator.pages.pages import PostingSubject
from generator.pages.views import HomeView, WeekView
from generator.publishing import publish
from generator.publishing.standing import OutputSurvey
from generator.reading import files, folder, intake
from generator.reading.intake import Intake, Rules
from generator.reading.templates import Templates
from generator.work import memo
from generator.work.means import Means
from generator.work.memo import Memo

Patch = pytest.MonkeyPatch
Scenario = Callable[[SiteMachine], None]
MISTAKES: dict[str, tuple[Callable[[Patch], None], tuple[Scenario, ...]]] = {}


def mistake(name: str, *steps: Scenario) -> Callable[[Callable[[Patch], None]], None]:
    """Registers a mistake with the steps that reveal it."""

    def register(plant: Callable[[Patch], None]) -> None:
        MISTAKES[name] = plant, steps

    return register


def settle(_machine: SiteMachine) -> None:
    """Waits until the stamps of files can be trusted."""
    time.sleep(SETTLED)


def without(patch: Patch, **values: Callable[[Content], object]) -> None:
    """Leaves values out of the key for the settings around every page."""
    original = Content.__dict__["digest"].func
    blank = property(lambda content: original(replace(content, **{name: of(content) for name, of in values.items()})))
    patch.setattr(Content, "digest", blank)


def unseen(patch: Patch, kind: type, blank: Callable[[Any], object]) -> None:
    """Leaves something out of the key of one kind of view."""
    around(patch, Fingerprint, "of", lambda of, self, one: of(self, blank(one) if type(one) is kind else one))


@mistake("templates left out", lambda machine: machine.edit_template("foot.html"))
def _(patch: Patch) -> None:
    patch.setattr(Templates, "digest", b"")


@mistake("the state left out", lambda machine: machine.pass_time(4 * 24))
def _(patch: Patch) -> None:
    def timeless(role_at: Any, *given: Any) -> Any:
        role = role_at(*given)
        return msgspec.structs.replace(role, key=role.listing.digest)

    around(patch, edition, "role_at", timeless)


@mistake("the instant of the build left out", lambda machine: machine.pass_time(1))
def _(patch: Patch) -> None:
    unseen(patch, HomeView, lambda view: replace(view, as_of="", as_of_text=""))


@mistake(
    "the end of a week left out", lambda machine: machine.pass_time(4 * 24), lambda machine: machine.pass_time(7 * 24)
)
def _(patch: Patch) -> None:
    unseen(patch, WeekView, lambda view: replace(view, running=False))


@mistake("a posting deleted but not forgotten", lambda machine: machine.delete_posting(0))
def _(patch: Patch) -> None:
    def with_deleted(take_in: Any, files: Any, rules: Rules, means: Means, *rest: Any) -> Intake:
        assert means.memo
        intake: Intake = take_in(files, rules, means, *rest)
        there = {one.slug for one in intake.listings}
        known = (listing.decoded(one.listing) for one in means.memo.postings())
        intake.listings += [one for one in known if one.slug not in there]
        return intake

    patch.setattr(Memo, "forget_postings", lambda _self, _paths: None)
    around(patch, folder, "take_in", with_deleted)


@mistake("a page that is gone left in place", lambda machine: machine.delete_posting(0))
def _(patch: Patch) -> None:
    patch.setattr(OutputSurvey, "without", lambda _self, _paths: [])


@mistake("a posting's name left out", lambda machine: machine.rename_posting(0, kept=True, alias=False))
def _(patch: Patch) -> None:
    def nameless(role_at: Any, *given: Any) -> Any:
        role = role_at(*given)
        return msgspec.structs.replace(role, key=f"{role.listing.title} {role.state} {role.since}".encode())

    around(patch, edition, "role_at", nameless)


@mistake("an organisation's text left out", lambda machine: machine.edit_organisation(0, "body", 2))
def _(patch: Patch) -> None:
    def silent(content: Content) -> object:
        return {key: replace(file, prose=None) for key, file in content.organisations.items()}

    without(patch, organisations=silent)


@mistake("an organisation's name left out of postings", lambda machine: machine.edit_organisation(0, "name", 2))
def _(patch: Patch) -> None:
    def nameless(rules: Rules) -> Rules:
        files = {
            key: replace(file, organisation=file.organisation.model_copy(update={"name": ""}))
            for key, file in rules.organisations.items()
        }
        return rules._replace(organisations=files)

    around(patch, Rules, "digest", lambda digest, rules: digest(nameless(rules)))


@mistake("settings left out", lambda machine: machine.edit_settings("disclaimer", 1))
def _(patch: Patch) -> None:
    without(patch, settings=lambda _content: None)


@mistake("own words left out", lambda machine: machine.edit_vocabulary("Band three"))
def _(patch: Patch) -> None:
    without(patch, vocabulary=lambda _content: None)


@mistake("own pages left out", lambda machine: machine.edit_page("help", gone=False, title="Help"))
def _(patch: Patch) -> None:
    without(patch, pages=lambda _content: ())


@mistake("settings left out of what postings are read by", lambda machine: machine.edit_settings("timezone", 1))
def _(patch: Patch) -> None:
    around(patch, Rules, "digest", lambda digest, rules: digest(rules._replace(content=None)))


@mistake("an organisation's rule left out", lambda machine: machine.edit_organisation(0, "deadline", 2))
def _(patch: Patch) -> None:
    around(patch, Rules, "digest", lambda digest, rules: digest(rules._replace(organisations={})))


@mistake("the address left out", lambda machine: machine.publish_at("https://elsewhere.example/"))
def _(patch: Patch) -> None:
    def same_digest(at: Any, content: Content, base_url: str) -> Content:
        moved: Content = at(content, base_url)
        moved.__dict__["digest"] = content.digest
        return moved

    around(patch, Content, "at", same_digest)


@mistake("stamps without the time that nobody can set", settle, lambda machine: machine.edit_body(0, hidden=True))
def _(patch: Patch) -> None:
    def settable(status: os.stat_result) -> str:
        return f"{status.st_size} {status.st_mtime_ns} {status.st_mtime_ns} {status.st_ino}"

    patch.setattr(files, "stamp_of", settable)


@mistake("names that are taken forgotten", settle, lambda machine: machine.break_posting(1, "id"))
def _(patch: Patch) -> None:
    around(patch, intake, "listing_claim", lambda claim_of, one: claim_of(one)._replace(slug=one.path))


@mistake("files not looked at", lambda machine: machine.tamper(0, "longer"))
def _(patch: Patch) -> None:
    def blindly(survey: Any, out: Path) -> OutputSurvey:
        standing: OutputSurvey = survey(out)
        return replace(standing, stamps=dict.fromkeys(standing.stamps, "as it was"))

    around(patch, program, "survey", blindly)
    patch.setattr(publish, "stamp_of", lambda _status: "as it was")


@mistake("the text of a posting left out", lambda machine: machine.edit_body(0, hidden=False))
def _(patch: Patch) -> None:
    around(patch, Fingerprint, "of_files", lambda _of, self, *texts, **_: self.of_roles(*texts, roles=()))


@mistake("what a posting states left out of lists", lambda machine: machine.edit_title(0, "Clerk"))
def _(patch: Patch) -> None:
    around(patch, listing, "digest_of", lambda of, *_parts: of())


@mistake("similar roles left out", lambda machine: machine.add_posting(place=0, title="Clerk"))
def _(patch: Patch) -> None:
    unseen(patch, PostingSubject, lambda subject: subject._replace(others=()))


@mistake("the roles of a part left out", lambda machine: machine.edit_title(0, "Clerk"))
def _(patch: Patch) -> None:
    around(patch, Fingerprint, "of_roles", lambda of, self, *texts, **_: of(self, *texts, roles=()))


@mistake("only the whole looked at", lambda machine: machine.edit_title(0, "Clerk"))
def _(patch: Patch) -> None:
    around(patch, plan, "list_parts", lambda original, *given: (one._replace(key=b"") for one in original(*given)))


@mistake("the passing of time left out of the whole", lambda machine: machine.pass_time(4 * 24))
def _(patch: Patch) -> None:
    def timeless(site_part: Any, found: Edition, templates: Templates, fingerprint: Fingerprint) -> plan.Part:
        key = fingerprint.of_roles(*(role.slug for role in found.roles), roles=())
        part: plan.Part = site_part(found, templates, fingerprint)
        return part._replace(key=key)

    around(patch, plan, "site_part", timeless)


@mistake("an entry's role left out", lambda machine: machine.edit_title(0, "Clerk"))
def _(patch: Patch) -> None:
    unseen(patch, Event, lambda event: event.id)


@mistake("a calendar's role left out", lambda machine: machine.edit_title(0, "Clerk"))
def _(patch: Patch) -> None:
    unseen(patch, Role, lambda role: role.id)


@mistake("a copied file's content left out", lambda machine: machine.edit_static("CNAME", gone=False))
def _(patch: Patch) -> None:
    unseen(patch, StaticFile, lambda file: file.path)


@mistake(
    "checksums not looked at",
    lambda machine: machine.flip(b"Organisation"),
    lambda machine: machine.edit_title(1, "Clerk"),
)
def _(patch: Patch) -> None:
    patch.setattr(memo, "_sum", lambda *_values: 0)


@pytest.mark.parametrize("name", MISTAKES)
def test_the_invariant_finds_planted_mistakes(name: str, monkeypatch: pytest.MonkeyPatch, machine: SiteMachine) -> None:
    """Each mistake in the generator breaks the invariant within a few steps of the machine."""
    plant, steps = MISTAKES[name]
    plant(monkeypatch)
    machine.law()
    with pytest.raises(AssertionError, match=r"clean build|wrote"):
        take(machine, steps)


def test_the_invariant_holds_in_the_same_steps(machine: SiteMachine) -> None:
    """Without the mistakes, the same steps break nothing: it is the mistakes that were found."""
    for _, steps in MISTAKES.values():
        take(machine, steps)
        machine.fix()


def take(machine: SiteMachine, steps: Iterable[Scenario]) -> None:
    """Takes each step, and checks the invariant after it."""
    for step in steps:
        step(machine)
        machine.law()


@pytest.mark.skipif(not EXAMPLES, reason="takes minutes: set VACANCY_DIGEST_EXAMPLES")
@pytest.mark.parametrize("name", MISTAKES)
def test_the_machine_finds_planted_mistakes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine finds each of the mistakes by itself, at random."""
    MISTAKES[name][0](monkeypatch)
    with pytest.raises(AssertionError):
        run(SiteMachine, EXAMPLES, 40, Phase.generate)
