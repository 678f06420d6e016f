"""What is proposed for a posting, as laws that hold whatever a source says and an editor does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from generator.gathering.deciding import Proposal, WatchedPosting, decide_posting
from generator.gathering.lock import PostingMemory, SourceLock, lock_text
from generator.gathering.observing import Missing, NotSeen, Observation, SeenPage, SourceStates, Unchanged

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
POSTING = WatchedPosting(
    "content/postings/a.md", "https://x.example/1", {"title": "Nurse", "closes": "2026-07-01"}, START
)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["Nurse", "Senior Nurse", "nurse"]),
        "grade": st.sampled_from(["P-3", "P-4"]),
        "closes": st.sampled_from(["2026-07-01", "2026-07-08", "2026-07-08T12:00:00Z", "until-filled"]),
        "duty_stations": st.sampled_from(["Suva, FJ", "Goma, CD"]),
    },
)
SEEN = st.builds(SeenPage, st.builds(SourceStates, FACTS, st.just({}), st.sampled_from(["", "", "", "It is over."])))
OBSERVED: st.SearchStrategy[Observation] = st.one_of(
    SEEN,
    st.just(Unchanged()),
    st.just(Missing("answers 404")),
    st.just(NotSeen("is down")),
    st.just(NotSeen("is strange", there=True)),
)


def accepted(posting: WatchedPosting, proposals: tuple[Proposal, ...]) -> WatchedPosting:
    """The posting as an editor leaves it who keeps everything."""
    facts = {**posting.facts, **{one.key: one.after for one in proposals if one.key not in ("checked", "expired")}}
    checked = any(one.key == "checked" for one in proposals)
    return replace(posting, facts=facts, checked=max(posting.checked or START, START) if checked else posting.checked)


def news(proposals: tuple[Proposal, ...]) -> set[tuple[str, str]]:
    return {(one.key, one.after) for one in proposals if one.key != "checked"}


@given(OBSERVED, OBSERVED)
def test_nothing_new_is_nothing(first: Observation, before: Observation) -> None:
    """What was proposed and kept is not proposed again, and what is remembered of the same words stays the same."""
    posting, memory = POSTING, PostingMemory()
    for number, one in enumerate((before, first)):
        proposals, memory = decide_posting(posting, one, memory, START + number * DAY / 4)
        if ("expired", "It is over.") in news(proposals):
            return  # then it is no open posting any more
        posting = accepted(posting, proposals)
    again, after = decide_posting(posting, first, memory, START + DAY / 2)
    assert news(again) == set()
    assert after == memory
    assert lock_text(SourceLock(postings={"a": after})) == lock_text(SourceLock(postings={"a": memory}))


@given(SEEN, st.lists(st.sampled_from([Unchanged(), NotSeen("is down"), NotSeen("x", there=True)]), max_size=4))
def test_what_was_declined_does_not_return(page: SeenPage, between: list[Observation]) -> None:
    """An editor who keeps nothing is asked once for each thing that a source says, however often it says it."""
    memory, asked = PostingMemory(), list[tuple[str, str]]()
    for number, one in enumerate((page, *between, page, page)):
        proposals, memory = decide_posting(POSTING, one, memory, START + number * DAY * 3)
        asked += news(proposals)
    assert len(asked) == len(set(asked))


@given(st.lists(st.tuples(OBSERVED, st.integers(1, 60)), max_size=8))
def test_nobody_is_over_by_a_silence(observed: list[tuple[Observation, int]]) -> None:
    """A role is over only by the source's word, or by two runs a day apart that find its page gone."""
    memory, now, first = PostingMemory(), START, None
    for one, hours in observed:
        now += timedelta(hours=hours)
        proposals, memory = decide_posting(POSTING, one, memory, now)
        if isinstance(one, Missing):
            first = first or now
            assert not news(proposals) or now - first >= DAY
        elif isinstance(one, SeenPage):
            first = None
            assert bool({after for key, after in news(proposals) if key == "expired"}) <= bool(one.states.over)
        else:
            first = None if one == Unchanged() or (isinstance(one, NotSeen) and one.there) else first
            assert news(proposals) == set()


@given(SEEN)
def test_the_first_look_changes_no_wording(page: SeenPage) -> None:
    """What an editor has written before a source was first seen is theirs: only another deadline is told."""
    proposals, _ = decide_posting(POSTING, page, PostingMemory(), START)
    assert {key for key, _ in news(proposals)} <= {"closes", "expired"}
