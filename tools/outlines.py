"""Makes generator/data/outlines.json, the country shapes for the map, from Natural Earth's outlines (public domain).

    npm install --ignore-scripts world-atlas@2.0.2
    python tools/outlines.py node_modules/world-atlas generator/data/outlines.json

The shapes use the Equal Earth projection, which keeps relative areas, on a grid WIDTH units wide. They are simplified
arc by arc, so that neighbours keep a common border. A country too small to draw becomes a dot.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

from babel.core import get_global

WIDTH = 1000
SMALLEST_BEND = 9.0  # square units, the area between two segments and their chord; smaller bends are straightened
SMALLEST_ISLAND = 10.0  # square units
# Natural Earth shows who controls a place; these changes follow the maps of the United Nations.
PART_OF = {"Somaliland": "SO", "N. Cyprus": "CY", "Kosovo": "XK"}
CRIMEA = (32.4, 44.3, 36.7, 46.3)  # west, south, east, north
LEFT_OUT = {"AQ"}

Point = tuple[float, float]
Ring = list[Point]


def projected(longitude: float, latitude: float) -> Point:
    """Equal Earth (Šavrič, Patterson, Jenny 2018), in radians of the equator."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    t = asin(sqrt(3) / 2 * sin(radians(latitude)))
    x = 2 * sqrt(3) * radians(longitude) * cos(t) / (3 * (9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1))
    return x, a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t


_EAST = projected(180, 0)[0]
_NORTH = projected(0, 84)[1]
_SOUTH = projected(0, -56.5)[1]
HEIGHT = round((_NORTH - _SOUTH) * WIDTH / (2 * _EAST))


def placed(longitude: float, latitude: float) -> Point:
    x, y = projected(longitude, latitude)
    unit = WIDTH / (2 * _EAST)
    return (x + _EAST) * unit, (_NORTH - y) * unit


def arcs_of(topology: Mapping[str, Any]) -> list[list[Point]]:
    """The arcs as longitudes and latitudes. In the file, each point is relative to the one before."""
    (kx, ky), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * kx + x0, y * ky + y0))
        found.append(points)
    return found


def unwrapped(points: Iterable[Point]) -> list[Point]:
    """The same line without a jump at the 180th meridian: longitudes continue beyond it."""
    found: list[Point] = []
    for x, y in points:
        turns = round((found[-1][0] - x) / 360) if found else 0
        found.append((x + 360 * turns, y))
    return found


def triangle(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def thinned(points: Iterable[Point]) -> list[Point]:
    """The line without its smallest bends as drawn (Visvalingam and Whyatt 1993); its ends are kept."""
    line = unwrapped(points)
    drawn = [placed(*point) for point in line]
    least = 3 if line[0] != line[-1] else 5
    while len(line) >= least:
        areas = [triangle(*drawn[i - 1 : i + 2]) for i in range(1, len(drawn) - 1)]
        smallest = areas.index(min(areas)) + 1
        if areas[smallest - 1] >= SMALLEST_BEND:
            break
        del line[smallest], drawn[smallest]
    return line


def rings_of(geometry: Mapping[str, Any], arcs: Sequence[Sequence[Point]]) -> Iterator[Ring]:
    """The outer rings of a country in degrees, cut at the 180th meridian."""
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry.get("arcs", [])
    for polygon in polygons:
        ring: Ring = []
        for number in polygon[0]:
            part = arcs[number] if number >= 0 else list(reversed(arcs[~number]))
            ring += part[1:] if ring else part
        whole = unwrapped(ring)
        for turn in (-360, 0, 360):
            shifted = [(x + turn, y) for x, y in whole]
            if inside := clipped(clipped(shifted, -180, 1), 180, -1):
                yield inside


def clipped(ring: Ring, meridian: float, side: int) -> Ring:
    """The part of a ring on one side of a meridian: 1 for east, -1 for west."""
    found: Ring = []
    for a, b in zip(ring[-1:] + ring[:-1], ring, strict=True):
        if (a[0] - meridian) * side * ((b[0] - meridian) * side) < 0:
            share = (meridian - a[0]) / (b[0] - a[0])
            found.append((meridian, a[1] + share * (b[1] - a[1])))
        if (b[0] - meridian) * side >= 0:
            found.append(b)
    return found if len(set(found)) > 2 else []


def area(ring: Ring) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def centre(ring: Ring) -> Point:
    doubled = [(a, b, a[0] * b[1] - b[0] * a[1]) for a, b in zip(ring, ring[1:] + ring[:1], strict=True)]
    whole = 3 * sum(cross for _, _, cross in doubled)
    if not whole:
        return ring[0]
    return sum((a[0] + b[0]) * c for a, b, c in doubled) / whole, sum((a[1] + b[1]) * c for a, b, c in doubled) / whole


def code_of(geometry: Mapping[str, Any]) -> str | None:
    name = geometry["properties"]["name"]
    if name in PART_OF:
        return PART_OF[name]
    found = get_global("territory_aliases").get(geometry.get("id", ""), [])
    return found[0] if len(found) == 1 else None


def countries(path: Path, *, thin: bool) -> dict[str, list[Ring]]:
    """The rings of each country as they are drawn."""
    topology = json.loads(path.read_text())
    arcs = [thinned(arc) if thin else arc for arc in arcs_of(topology)]
    found: dict[str, list[Ring]] = defaultdict(list)
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = code_of(geometry)
        if code is None or code in LEFT_OUT:
            continue
        for ring in rings_of(geometry, arcs):
            x, y = centre(ring)
            owner = "UA" if CRIMEA[0] < x < CRIMEA[2] and CRIMEA[1] < y < CRIMEA[3] else code
            found[owner].append([placed(*point) for point in ring])
    return found


def path_of(rings: Iterable[Ring]) -> str:
    """An SVG path in whole units, each point relative to the one before."""
    parts = []
    for ring in rings:
        points = [(round(x), round(y)) for x, y in ring]
        points = [point for number, point in enumerate(points) if point != points[number - 1]]
        if len(points) > 2:
            steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points)]
            line = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
            parts.append(f"M{points[0][0]} {points[0][1]}l{line}z")
    return "".join(parts)


def main(folder: Path, out: Path) -> None:
    shapes = {
        code: path
        for code, rings in countries(folder / "countries-110m.json", thin=True).items()
        if (path := path_of(ring for ring in rings if area(ring) >= SMALLEST_ISLAND))
    }
    dots = {
        code: [round(place) for place in centre(max(rings, key=area))]
        for code, rings in countries(folder / "countries-50m.json", thin=False).items()
        if code not in shapes
    }
    lines = [
        f'"{name}":{{\n'
        + ",\n".join(f'"{code}":{json.dumps(value, separators=(",", ":"))}' for code, value in sorted(found.items()))
        + "\n}"
        for name, found in (("shapes", shapes), ("dots", dots))
    ]
    out.write_text(f'{{"width":{WIDTH},"height":{HEIGHT},\n' + ",\n".join(lines) + "}\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
