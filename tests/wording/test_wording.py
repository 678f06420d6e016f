"""The words of notices: layouts of labels, grades, places and zones, in the forms in which employers write them."""

import pytest

from generator.reading.folder import built_in_words
from generator.wording.dates import Order, order_of, read_date
from generator.wording.grades import grade_in
from generator.wording.layouts import NoticeLine, pairs_of
from generator.wording.places import stations

LAYOUTS = {
    "GradeGS6": [("grade", "GS6")],
    "Deadline for ApplicationsFebruary 10, 2026": [("closes", "February 10, 2026")],
    "Open Date 4/17/2024 Close Date 5/18/2024": [("opens", "4/17/2024"), ("closes", "5/18/2024")],
    "| Grade | P-3 |": [("grade", "P-3")],
    "Location\tGeneva\tGrade\tP-4": [("station", "Geneva"), ("grade", "P-4")],
    "**Closing date:** 5 May 2025": [("closes", "5 May 2025")],
    "• Grade: P-3 | Location: Rome": [("grade", "P-3"), ("station", "Rome")],
    "Closing date\n\n5 May 2025": [("closes", "5 May 2025")],
    "Location:\nSalary:\nUSD 5": [("station", ""), ("salary", "USD 5")],
    "Grade\tLocation\nP-3\tRome": [("grade", "P-3"), ("station", "Rome")],
    "Job Posting Organization: Far Camps": [("organisation", "Far Camps")],
    "The grade that you have is no matter.": [],
}


@pytest.mark.parametrize("text", LAYOUTS)
def test_labels_in_every_layout(text: str) -> None:
    """A label and its value are found wherever the two stand."""
    lines = [NoticeLine(number, line) for number, line in enumerate(text.split("\n"), 1)]
    assert [(pair.kind, pair.value) for pairs, _ in pairs_of(lines) for pair in pairs] == LAYOUTS[text]


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("P3", "P-3", "P3"),
        ("Mid level - P-4", "P-4", "P-4"),
        ("NOB", "NO-B", "NOB"),
        ("P04", "P-4", "P04"),
        ("IICA-2", None, "IICA-2"),
        ("B5/B6", None, "B5/B6"),
        ("Temporary staff, AD9, Administrator", None, "AD9"),
        ("GS-12", None, "GS-12"),
    ],
)
def test_grades(text: str, key: str | None, words: str) -> None:
    """A grade is the digest's where that is certain, and else the notice's own."""
    found = grade_in(text, built_in_words().grades)
    assert found
    assert (found.key, found.text) == (key, words)


@pytest.mark.parametrize("text", ["Level not specified", "Officer", "P-3 or P-4", "…", "Consultancy"])
def test_what_is_no_grade(text: str) -> None:
    """Words are no grade, and two grades are not one."""
    assert grade_in(text, built_in_words().grades) is None


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Genève", ["Geneva, CH"]),
        ("Pemba (Mozambique)", ["Pemba, MZ"]),
        ("South Sudan, Juba", ["Juba, SS"]),
        ("Remote | Nairobi | Bujumbura", ["Nairobi, KE", "Bujumbura, BI"]),
        ("Millbrook, CA", ["Millbrook, None"]),
        ("Atlanta, Georgia", ["Atlanta, None"]),
        ("Austria-Vienna-Vienna-Headquarters", ["Vienna, AT"]),
        ("FAO Headquarters, Rome", ["Rome, IT"]),
        ("Multiple locations", []),
        ("EMEA", []),
    ],
)
def test_places(text: str, places: list[str]) -> None:
    """A place has its city, and the country where only one can be meant."""
    assert [f"{one.get('city')}, {one.get('country')}" for one in stations(text)[0]] == places


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("23-Jun-21 (Midnight New York, USA)", "2021-06-23T23:59:00-04:00"),
        ("jeudi 4 juin 2026 à 17h00 (heure de Paris)", "2026-06-04T17:00:00+02:00"),
        ("11:55pm, 10th June 2026 GMT", "2026-06-10T23:55:00Z"),
        ("30/06/2026 23:59 - Europe/Paris", "2026-06-30T23:59:00+02:00"),
        ("14 June 2026, COB", "2026-06-14"),
        ("5 de mayo de 2026", "2026-05-05"),
        ("1 July 2026, 23:59 CET", "2026-07-01"),
    ],
)
def test_days_and_zones(text: str, written: str) -> None:
    """A time counts where its zone is certain: no clock shows CET in July."""
    found = read_date(text)
    assert found
    assert found.text == written


def test_the_order_of_a_page() -> None:
    """Another date of the page settles the order of day and month; two that contradict each other settle nothing."""
    assert order_of("Posted 05/06/2026, closes 05/20/2026") is Order.MONTH
    assert order_of("25/05/2026 and 05/25/2026") is None
    assert read_date("05/06/2026", Order.DAY) != read_date("05/06/2026", Order.MONTH)
