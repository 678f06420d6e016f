"""A year of a digest as a script of edits, and the expected events, recorded in a diary that does not use the
generator.

The diary is written as time goes on: an edit adds the events that will happen if nothing else changes, and strikes out
those that it prevents. So for any two instants the diary gives the events that a digest built at the first should
contain, and those that one built at the second should.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

AUTHORITY = "tag:year.example.org,2026-01-01"
SITE_ZONE = "Europe/Zurich"
WINDOW = timedelta(days=7)
DAY = timedelta(days=1)
STATIONS = (("KE", "Africa/Nairobi"), ("US", "America/New_York"), ("UA", "Europe/Kyiv"), ("AU", "Australia/Lord_Howe"))
NEW_YORK = "America/New_York"


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as written: the instant that it means, and the instant at which it ends.

    For a day without a time, the instant is somewhere within its first hour, and nothing here depends on where.
    """

    text: str
    instant: datetime
    ends: datetime

    @property
    def exact(self) -> bool:
        return self.instant == self.ends


def instant_of(day: date, hour: int, minute: int, zone: str) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def the_day(day: date) -> Moment:
    """A day without a time, in the zone of the site."""
    begins = instant_of(day, 0, 0, SITE_ZONE)
    return Moment(day.isoformat(), begins + timedelta(minutes=30), instant_of(day + DAY, 0, 0, SITE_ZONE))


def exactly(instant: datetime, zone: str = "UTC") -> Moment:
    """An instant, written with the offset of a zone."""
    return Moment(instant.astimezone(ZoneInfo(zone)).isoformat(), instant, instant)


@dataclass(slots=True)
class Line:
    """An event of a role: reported from the edit at `known`, once it has happened, until any edit at `gone`."""

    id: str
    kind: str
    instant: datetime
    known: datetime
    gone: datetime | None = None

    def is_told(self, now: datetime) -> bool:
        return max(self.known, self.instant) <= now and (self.gone is None or now < self.gone)


def safe(part: str) -> str:
    """Part of an id, in the form that a URI can contain."""
    return "".join(one if one.isascii() and (one.isalnum() or one in "-._~:") else f"%{ord(one):02X}" for one in part)


@dataclass(slots=True)
class Role:
    """A posting as its file states it, and its lines in the diary."""

    slug: str
    title: str
    organisation: str
    country: str
    zone: str
    opens: Moment | None = None
    added: Moment | None = None
    closes: Moment | str | None = None
    changes: list[tuple[Moment, Moment | str, str]] = field(default_factory=list)
    end: tuple[str, Moment] | None = None
    takedown: bool = False
    text: str = "What the role is about."
    aliases: list[str] = field(default_factory=list)
    id: str = ""
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.id = self.slug

    @property
    def opened(self) -> datetime:
        return max(one.instant for one in (self.opens, self.added) if one)

    @property
    def settled(self) -> datetime:
        """When its last event was recorded: anything that follows is later."""
        return max([self.opened, *(on.ends for on, _, _ in self.changes)])

    @property
    def due(self) -> datetime | None:
        return self.closes.instant if isinstance(self.closes, Moment) else None

    def is_open(self, now: datetime) -> bool:
        return self.end is None and self.opened <= now and (self.due is None or now < self.due)

    # The diary

    def note(self, kind: str, instant: datetime, known: datetime, *key: str) -> None:
        identity = "/".join((f"{AUTHORITY}:posting", *map(safe, (self.id, kind, *key))))
        self.lines.append(Line(identity, kind, instant, known))

    def strike(self, since: datetime, known: datetime, *kinds: str) -> None:
        """Removes the events that would happen from an instant on."""
        for line in self.lines:
            if line.gone is None and line.instant >= since and (not kinds or line.kind in kinds):
                line.gone = known

    def take_in(self, known: datetime) -> None:
        """The digest adds the posting; if its deadline has passed, there are no events."""
        if self.due and self.due <= self.opened:
            return
        self.note("opened", self.opened, known)
        self.expect(self.opened, known)

    def expect(self, since: datetime, known: datetime) -> None:
        """Adds the events of its deadline from an instant on."""
        if isinstance(self.closes, Moment):
            deadline = self.closes.instant
            if (closing := max(deadline - WINDOW, since)) < deadline:
                self.note("closing", closing, known, self.closes.text)
            self.note("closed", max(deadline, since), known, self.closes.text)

    def state_deadline(self, closes: Moment, known: datetime) -> None:
        """A role that had no deadline gets one."""
        self.closes = closes
        self.expect(self.opened, known)

    def move(self, on: Moment, closes: Moment | str, reason: str, known: datetime) -> None:
        """Moves the deadline; if `on` is a day without a time, the old deadline's events of that day remain."""
        before, self.closes = self.closes, closes
        assert before is not None
        self.changes.append((on, before, reason))
        old = before.instant if isinstance(before, Moment) else None
        later = old is not None and (not isinstance(closes, Moment) or closes.instant > old)
        kind = "shortened" if not later else "reopened" if old and old < on.ends else "extended"
        self.strike(on.ends, known, "closing", "closed")
        instant = max(on.instant, old) if kind == "reopened" and old else on.instant
        self.note(kind, instant, known, on.text, closes.text if isinstance(closes, Moment) else closes)
        self.expect(on.instant, known)

    def finish(self, key: str, when: Moment, known: datetime) -> None:
        """Nothing happens after its end."""
        self.end = key, when
        self.strike(when.instant, known)
        self.note("closed" if key == "expired" else key, when.instant, known)

    # Its file

    def file(self) -> str:
        return "\n".join(["---", *self.front_matter(), "---", "", self.text, ""])

    def front_matter(self) -> Iterator[str]:
        yield f"title: {self.title}"
        yield f"organisation: {self.organisation}"
        yield f"duty_stations: [{{country: {self.country}, zone: {self.zone}}}]"
        if self.id != self.slug:
            yield f"id: {self.id}"
        if self.aliases:
            yield f"aliases: [{', '.join(self.aliases)}]"
        for key, when in (("opens", self.opens), ("added", self.added), ("closes", self.closes)):
            if when:
                yield f"{key}: {when if isinstance(when, str) else when.text}"
        if self.changes:
            yield "deadline_changes:"
        for on, before, reason in self.changes:
            written = before if isinstance(before, str) else before.text
            yield f"  - {{on: {on.text!r}, from: {written!r}, reason: {reason}}}"
        if self.end:
            yield f"{self.end[0]}: {self.end[1].text}"
        if self.takedown:
            yield "takedown: true"


class Script:
    """The edits of a year, drawn from a seed: roles of all kinds, in a folder of a digest."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root, self.draw = root, Random(seed)
        self.roles: list[Role] = []
        self.organisations = {"harbour": "Harbour Relief", "lantern": "Lantern Trust"}
        self.touched: set[str] = set()  # by slug, this morning
        self.edited: set[str] = set()  # by id, since it was last emptied
        self.done: dict[str, int] = {}
        self.renamed = 0

    def told(self, now: datetime) -> dict[str, tuple[Line, Role]]:
        """The events of a digest built at an instant, by id."""
        found = [(line, role) for role in self.roles for line in role.lines if line.is_told(now)]
        assert len({line.id for line, _ in found}) == len(found), "the script tells something twice"
        return {line.id: (line, role) for line, role in found}

    # Days

    def begin(self, now: datetime) -> None:
        """Adds the roles that exist when the digest begins."""
        for number in range(24):
            added = (now - timedelta(days=self.draw.uniform(1, 20))).replace(microsecond=0)
            self.open(now, added=exactly(added), late=number % 3 == 0)

    def edit(self, day: date, *, month_begins: bool, clocks_change: bool) -> None:
        """The edits of a morning. Each role is edited at most once a morning."""
        self.touched.clear()
        now = datetime.combine(day, time(7), UTC)
        for step in self.steps(month_begins=month_begins, clocks_change=clocks_change):
            now += timedelta(minutes=self.draw.randint(2, 20), seconds=self.draw.randint(0, 59))
            self.act(step, now)

    def steps(self, *, month_begins: bool, clocks_change: bool) -> list[str]:
        steps = ["open"] * self.draw.choice((1, 1, 1, 2, 2))
        common = ("extend", "shorten", "reopen", "withdraw", "fill", "edit", "edit")
        steps += self.draw.sample(common, k=self.draw.randint(1, 3))
        rare = ("rename", "state", "expire", "until", "over", "schedule", "of-long-ago", "organisation", "take-down")
        steps += [step for step in rare if self.draw.random() < 0.12]
        if month_begins:
            # When a month begins, some events of the month before are recorded late.
            steps += ["withdraw-late", "extend-late", "open-late", "fill-late"]
        if clocks_change:
            steps += ["open-over-change", "extend-over-change"]
        return steps

    def act(self, step: str, now: datetime) -> None:
        if self.step(step, now):
            self.done[step] = self.done.get(step, 0) + 1

    def step(self, step: str, now: datetime) -> bool:
        """Makes one edit; returns False if no role is suitable."""
        match step:
            case "open" | "open-late" | "open-over-change":
                late = step == "open-late"
                added = now - timedelta(days=self.draw.uniform(2, 5)) if late else now
                closes = self.over_change(now) if step == "open-over-change" else None
                return self.open(now, added=self.written(added.replace(microsecond=0)), closes=closes)
            case "over":
                gone = exactly(now - timedelta(days=self.draw.randint(3, 40)))
                return self.open(now, opens=exactly(gone.instant - 30 * DAY), added=exactly(now), closes=gone)
            case "schedule":
                return self.open(now, opens=the_day(self.weekday(now.date(), 3, 10)), added=exactly(now))
            case "of-long-ago":
                opens = the_day(now.date() - timedelta(days=self.draw.randint(30, 300)))
                return self.open(now, opens=opens, added=self.written(now))
            case "extend" | "extend-late" | "extend-over-change":
                # The deadline may have passed before a late record: then its closing is taken back.
                on = self.when(now, late=step == "extend-late")
                role = self.pick(lambda one: one.due is not None and one.is_open(min(now, on.ends)), on)
                return role is not None and self.move(role, on, now, over_change=step == "extend-over-change")
            case "shorten":
                on = self.when(now)
                role = self.pick(lambda one: one.is_open(now) and one.due is not None and one.due > now + 5 * DAY, on)
                return role is not None and self.move(role, on, now, sooner=True)
            case "until":
                on = self.when(now)
                role = self.pick(lambda one: one.is_open(now) and one.closes is not None, on)
                return role is not None and self.move(role, on, now, until_filled=True)
            case "reopen":
                on = self.when(now)
                closed = lambda one: one.end is None and one.lines and one.due and now - 15 * DAY < one.due < now  # noqa: E731
                role = self.pick(closed, on)
                return role is not None and self.move(role, on, now)
            case "withdraw" | "withdraw-late" | "fill" | "fill-late" | "expire" | "take-down":
                return self.end(step, now)
            case "state":
                return self.state(now)
            case "edit":
                return self.rewrite(now)
            case "rename":
                return self.rename()
        assert step == "organisation", step
        return self.rename_organisation()

    # Edits

    def open(
        self,
        now: datetime,
        *,
        added: Moment,
        opens: Moment | None = None,
        closes: Moment | str | None = None,
        late: bool = False,
    ) -> bool:
        country, zone = self.draw.choice(STATIONS)
        organisation = self.draw.choice(sorted(self.organisations))
        role = Role(f"role-{len(self.roles)}", f"Role {len(self.roles)}", organisation, country, zone, opens, added)
        kind = self.draw.random()
        if closes is not None or kind > 0.15:
            role.closes = closes or self.deadline(role, max(now, role.opened), 2 if kind < 0.3 else 10, 45)
        elif kind > 0.08:
            role.closes = "until-filled"
        if late:
            role.opens = the_day(added.instant.date() - timedelta(days=40))
        self.roles.append(role)
        role.take_in(now)
        return self.write(role)

    def move(
        self,
        role: Role,
        on: Moment,
        now: datetime,
        *,
        sooner: bool = False,
        until_filled: bool = False,
        over_change: bool = False,
    ) -> bool:
        known = {one.text if isinstance(one, Moment) else one for _, one, _ in role.changes}
        before = role.closes.text if isinstance(role.closes, Moment) else role.closes
        closes: Moment | str = "until-filled"
        if over_change:
            closes = self.over_change(now)
        elif not until_filled:
            due = role.due
            least = max(now, due) if due and not sooner else now
            most = max(3, (due - now).days - 1) if sooner and due else 30
            closes = self.deadline(role, least, 2, most)
        written = closes.text if isinstance(closes, Moment) else closes
        if written in known or written == before:
            return False
        role.move(on, closes, self.draw.choice(("Too few had applied", "A new notice", "A mistake")), now)
        return self.write(role)

    def end(self, step: str, now: datetime) -> bool:
        key = {"withdraw": "withdrawn", "fill": "filled", "expire": "expired", "take-down": "withdrawn"}[
            step.removesuffix("-late")
        ]
        when = self.when(now, late=step.endswith("-late"))
        undated = key == "expired"
        role = self.pick(lambda one: one.is_open(min(now, when.ends)) and (one.closes is None) == undated, when)
        # Within the first hour of a day without a time, the order of events is unknown here.
        if role is None or (not when.exact and any(abs(line.instant - when.instant) < DAY / 24 for line in role.lines)):
            return False
        role.finish(key, when, now)
        role.takedown = step == "take-down"
        return self.write(role)

    def state(self, now: datetime) -> bool:
        role = self.pick(lambda one: one.is_open(now) and one.closes is None, exactly(now))
        if role is None:
            return False
        zone = role.zone if self.draw.random() < 0.5 else "UTC"
        found = self.draw.choice((now - 5 * DAY, now + 4 * DAY, now + 20 * DAY))
        if found <= role.opened:
            return False
        role.state_deadline(exactly(found, zone), now)
        return self.write(role)

    def rewrite(self, now: datetime) -> bool:
        role = self.pick(lambda one: one.opened <= now, exactly(now))
        if role is None:
            return False
        role.text = f"What the role is about, rewritten on {now:%d %B}."
        role.title = self.draw.choice((role.title, f"{role.title}, again"))[:100]
        return self.write(role)

    def rename(self) -> bool:
        role = self.draw.choice(self.roles)
        if role.slug in self.touched:
            return False
        (self.root / f"content/postings/{role.slug}.md").unlink()
        role.aliases.append(role.slug)
        role.slug = f"{role.slug}-new"
        return self.write(role)

    def rename_organisation(self) -> bool:
        """Changes its key and its name."""
        old = self.draw.choice(sorted(self.organisations))
        self.renamed += 1
        plain = self.organisations.pop(old).split(",")[0]
        new, name = f"{old.split('-')[0]}-{self.renamed}", f"{plain}, house {self.renamed}"
        self.organisations[new] = name
        folder = self.root / "content/organisations"
        text = (folder / f"{old}.md").read_text("utf-8").splitlines()
        (folder / f"{old}.md").unlink()
        (folder / f"{new}.md").write_text("\n".join([text[0], f"name: {name}", *text[2:], ""]), "utf-8")
        for role in self.roles:
            if role.organisation == old:
                role.organisation = new
                self.write(role)
        return True

    def write(self, role: Role) -> bool:
        self.touched.add(role.slug)
        self.edited.add(role.id)
        file = self.root / f"content/postings/{role.slug}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(role.file(), "utf-8")
        return True

    # Draws

    def pick(self, fits, when: Moment) -> Role | None:  # type: ignore[no-untyped-def]
        """A suitable role that was not edited this morning, and of which nothing later than `when` is recorded."""
        found = [
            role
            for role in self.roles
            if role.slug not in self.touched and fits(role) and role.settled + DAY / 24 < when.instant and role.lines
        ]
        return self.draw.choice(found) if found else None

    def when(self, now: datetime, *, late: bool = False) -> Moment:
        return self.written(now - timedelta(days=self.draw.uniform(2, 6)) if late else now)

    def written(self, instant: datetime) -> Moment:
        """An instant, or only its day."""
        instant = instant.replace(microsecond=0)
        if self.draw.random() < 0.35:
            return the_day(instant.astimezone(ZoneInfo(SITE_ZONE)).date())
        return exactly(instant, self.draw.choice(("UTC", *(zone for _, zone in STATIONS))))

    def deadline(self, role: Role, after: datetime, least: int, most: int) -> Moment:
        """A deadline on a weekday some days later: a day without a time, by the organisation's rule, or an instant."""
        day = self.weekday(after.date(), least, max(least + 1, most))
        if self.draw.random() < 0.5:
            hour, zone = self.draw.randint(6, 18), self.draw.choice(("UTC", role.zone))
            return exactly(datetime.combine(day, time(hour, self.draw.choice((0, 30))), UTC), zone)
        return self.by_rule(role.organisation, role.zone, day)

    def by_rule(self, organisation: str, zone: str, day: date) -> Moment:
        lantern = organisation.startswith("lantern")
        instant = instant_of(day, 17, 0, NEW_YORK) if lantern else instant_of(day, 23, 59, zone)
        return Moment(day.isoformat(), instant, instant)

    def weekday(self, after: date, least: int, most: int) -> date:
        day = after + timedelta(days=self.draw.randint(least, most))
        while day.weekday() > 4:
            day += DAY
        return day

    def over_change(self, now: datetime) -> Moment:
        """A deadline on a day on which clocks change, within the hour of the change."""
        sunday = now.date() + timedelta(days=6 - now.date().weekday())
        return exactly(datetime.combine(sunday, time(1, self.draw.choice((0, 30))), UTC), NEW_YORK)
