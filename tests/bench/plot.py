#!/usr/bin/python3
"""Draws how costs grow with the work, from what the benchmarks wrote.

usage: tests/bench/plot.py [--out FILE] JSON...

Reads the keys that it knows, from any of the files:

    "growth": [{"family", "prefixes", "lookup_ns", "bytes_a_prefix", "build_s",
                "publish_s"}...]         (table.py)
    "expansion": [{"domains", "seconds"}...]

and writes an SVG with a panel for each cost, both axes logarithmic.
"""

import argparse
import json
import math
import os
import sys
from xml.sax.saxutils import escape

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Title, x axis, key of the list, key of x, key of y, factor of y.
PANELS = [
    ("one lookup, ns", "networks", "growth", "prefixes", "lookup_ns", 1),
    ("memory, bytes a network", "networks", "growth", "prefixes", "bytes_a_prefix", 1),
    ("building a table, ms of CPU", "networks", "growth", "prefixes", "build_s", 1e3),
    ("publishing, ms of CPU", "networks", "growth", "prefixes", "publish_s", 1e3),
    ("expanding, s", "domains", "expansion", "domains", "seconds", 1),
]
COLOURS = {"ipv4": "#1b6ca8", "ipv6": "#c8553d", "": "#3a7d44"}
COLUMNS = 2
WIDTH, HEIGHT = 420, 270
LEFT, RIGHT, TOP, BOTTOM = 62, 24, 40, 48


class Axis:
    """Whole powers of ten around the values, on a line of pixels."""

    def __init__(self, values, begin, end):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self._begin, self._end = begin, end

    def at(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self._begin + part * (self._end - self._begin)

    def ticks(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def text_of(number):
    """1000000 as "1M", 0.01 as "0.01"."""
    for size, letter in (1e6, "M"), (1e3, "k"):
        if number >= size:
            return f"{number / size:g}{letter}"
    return f"{number:g}"


def series_of(rows, x, y, factor):
    """{family: points in order of x}; values that are not positive left out."""
    series = {}
    for each in rows:
        if each.get(x, 0) > 0 and each.get(y, 0) > 0:
            point = (each[x], each[y] * factor)
            series.setdefault(each.get("family", ""), []).append(point)
    return {name: sorted(points) for name, points in series.items()}


def text(x, y, words, size=12, anchor="middle", colour="#333"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" '
        f'text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'
    )


def line(x1, y1, x2, y2):
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        'stroke="#ddd"/>'
    )


def grid(across, up, x_title):
    parts = []
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for tick in across.ticks():
        parts.append(line(across.at(tick), TOP, across.at(tick), bottom))
        parts.append(text(across.at(tick), bottom + 17, text_of(tick)))
    for tick in up.ticks():
        parts.append(line(LEFT, up.at(tick), right, up.at(tick)))
        parts.append(text(LEFT - 7, up.at(tick) + 4, text_of(tick), anchor="end"))
    parts.append(text((LEFT + right) / 2, HEIGHT - 12, x_title))
    return parts


def curve(points, across, up, colour, label_y):
    at = [(across.at(x), up.at(y)) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    parts = [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    ]
    for (x, y), (_, value) in zip(at, points):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
        parts.append(text(x, y + label_y, f"{value:.3g}", 11, colour=colour))
    return parts


def panel(title, x_title, series):
    """The elements of one plot, from its own origin on."""
    points = [point for each in series.values() for point in each]
    across = Axis([x for x, _ in points], LEFT, WIDTH - RIGHT)
    up = Axis([y for _, y in points], HEIGHT - BOTTOM, TOP)
    parts = [text(LEFT, 20, title, 14, "start", "#111")]
    parts += grid(across, up, x_title)
    for number, (name, each) in enumerate(sorted(series.items())):
        colour = COLOURS.get(name, "#555")
        # Of two curves the first is the lower one: its figures stand below it.
        below = number == 0 and len(series) > 1
        parts += curve(each, across, up, colour, 17 if below else -8)
        if name:
            x = WIDTH - RIGHT - 50 * (len(series) - 1 - number)
            parts.append(text(x, 20, name, 13, "end", colour))
    return parts


def drawing(data):
    """The SVG, or None where no file has anything to draw."""
    panels = []
    for title, x_title, rows, x, y, factor in PANELS:
        if series := series_of(data.get(rows, []), x, y, factor):
            panels.append(panel(title, x_title, series))
    if not panels:
        return None
    columns = min(COLUMNS, len(panels))
    width, height = columns * WIDTH, -(-len(panels) // columns) * HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for number, each in enumerate(panels):
        x, y = number % columns * WIDTH, number // columns * HEIGHT
        parts.append(f'<g transform="translate({x},{y})">')
        parts += each
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", default=os.path.join(CHECKOUT, "docs", "performance-growth.svg")
    )
    parser.add_argument("files", nargs="+", metavar="JSON")
    options = parser.parse_args()
    data = {}
    for path in options.files:
        with open(path, encoding="utf-8") as file:
            data.update(json.load(file))
    svg = drawing(data)
    if svg is None:
        sys.exit("plot: neither growth nor expansion in these files")
    with open(options.out, "w", encoding="utf-8") as file:
        file.write(svg)
    return 0


if __name__ == "__main__":
    sys.exit(main())
