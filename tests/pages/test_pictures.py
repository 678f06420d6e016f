"""Maps that show where countries are."""

import re

import pytest
from sites import Built

from generator.pages.pictures import _outlines, locator

OUTLINES = _outlines()
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("code", [*OUTLINES.shapes, *OUTLINES.dots])
def test_a_country_is_on_its_own_map(code: str) -> None:
    """The map shows the whole country with a margin, and a ring if the country is small."""
    found = locator(code.lower())
    assert found
    assert 0 <= found.left <= found.left + found.width <= OUTLINES.width
    assert 0 <= found.top <= found.top + found.height <= OUTLINES.height
    points = points_of(found.path) or [found.dot or (-1, -1)]
    for x, y in points:
        assert found.left <= x <= found.left + found.width
        assert found.top <= y <= found.top + found.height
    across = max(x for x, _ in points) - min(x for x, _ in points)
    down = max(y for _, y in points) - min(y for _, y in points)
    assert found.width >= min(2 * across, OUTLINES.width)
    assert (found.ring is not None) == (max(across, down) < 24)
    assert found.path not in found.land or not found.path


def points_of(path: str) -> list[tuple[int, int]]:
    """The corners of a shape."""
    points: list[tuple[int, int]] = []
    for kind, numbers in re.findall(r"([Ml])([^Mlz]*)", path):
        values = [int(number) for number in re.findall(r"-?\d+", numbers)]
        for x, y in zip(values[::2], values[1::2], strict=True):
            points.append((x, y) if kind == "M" else (points[-1][0] + x, points[-1][1] + y))
    return points


def test_only_pages_of_known_countries_have_a_map(sample_site: Built) -> None:
    """Each country's page shows only that country; the page of roles without a country has no map."""
    assert locator("zz") is None
    for path in sample_site.paths("index.html"):
        folder = re.fullmatch(r"countries/([^/]+)/index.html", path)
        if not folder:
            continue
        here = [one for one in sample_site.page(path).all(f"{SVG}path", f"{SVG}circle") if one.get("class") == "here"]
        assert len(here) == (folder[1] != "not-stated"), path
        if here and here[0].get("d"):
            assert here[0].get("d") == OUTLINES.shapes[folder[1].upper()]
