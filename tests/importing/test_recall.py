"""The scorer of `import`: what it counts as found, right, wrong and refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from sites import SmallSite

pytest.importorskip("benchmarks.recall")
from benchmarks.recall import main

NOTICE = (
    "Harbour Pilot\n\nOrganisation: Deep Lines Ltd\nDuty station: Suva, Fiji\nGrade: P3\nClosing date: 30 June 2026\n"
)
NOTED: dict[str, Any] = {
    "form": "paste",
    "language": "en",
    "title": "Harbour Pilot",
    "organisation": "Deep Lines Ltd",
    "place": ["Suva, FJ"],
    "deadline": "2026-06-30",
    "grade": "P-3",
    "contract": None,
}
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "all as noted": ({}, "| the first five | 5 | 1.00 | 5 | 1.00 |"),
    "another title": ({"title": "Pilot of Harbours"}, "| title | 1 | 0.00 | 1 | 0.00 |"),
    "a title that is accepted": (
        {"title": "Pilot", "accept": {"title": ["harbour pilot"]}},
        "| title | 1 | 1.00 | 1 | 1.00 |",
    ),
    "a fact that nobody noted": ({"grade": None}, "| grade | 0 | – | 1 | 0.00 |"),
    "a fact that the draft lacks": ({"contract": "Fixed-term"}, "| contract | 1 | 0.00 | 0 | – |"),
    "a fact that may be left out": (
        {"contract": "CDD", "accept": {"contract": [None]}},
        "| contract | 0 | – | 0 | – |",
    ),
    "another day": ({"deadline": "2026-06-29"}, "| deadline | 1 | 0.00 | 1 | 0.00 |"),
    "a time that the draft lacks": ({"deadline": "2026-06-30T23:59"}, "| deadline | 1 | 1.00 | 1 | 1.00 |"),
    "two places": ({"place": ["Suva, FJ", "Nadi, FJ"]}, "| place | 1 | 0.00 | 1 | 0.00 |"),
    "a kind of page": ({"form": "feed", "language": "fr"}, "| feed, fr | 5 | 1.00 | 5 | 1.00 |"),
    "no notice": ({"negative": True}, "No notice, and drafted: one.txt."),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_counted(case: str, small_site: SmallSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Facts are found, right or wrong by what a person noted; what may be left out is not missed."""
    noted, line = CASES[case]
    (tmp_path / "one.txt").write_text(NOTICE, "utf-8")
    (tmp_path / "one.json").write_text(json.dumps(NOTED | noted), "utf-8")
    assert main([str(tmp_path), "--root", str(small_site.root)]) == 0
    assert line in capsys.readouterr().out


def test_what_is_refused(small_site: SmallSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A notice that is refused counts with all that was noted of it, and each fact that is missed is named."""
    (tmp_path / "one.txt").write_text("It rained.\n", "utf-8")
    (tmp_path / "one.json").write_text(json.dumps(NOTED), "utf-8")
    (tmp_path / "two.txt").write_text(NOTICE.replace("Grade: P3", ""), "utf-8")
    (tmp_path / "two.json").write_text(json.dumps(NOTED), "utf-8")
    main([str(tmp_path), "--root", str(small_site.root), "--facts"])
    told = capsys.readouterr().out
    assert "missed two.txt grade: '' where 'P-3' was noted" in told
    assert "| the first five | 10 | 0.40 | 4 | 1.00 |" in told
    assert "Refused: one.txt." in told
