"""Reads the Prometheus text format 0.0.4."""

import re
import typing

_SAMPLE = re.compile(r"([a-z_0-9]+)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')
_OF_HISTOGRAM = ("_bucket", "_sum", "_count")


class Sample(typing.NamedTuple):
    name: str
    labels: dict
    value: float


class Exposition:
    """A page of metrics.

    text      as it came
    types     {family: "counter", "gauge" or "histogram"}
    samples   all values, in order
    """

    def __init__(self, text):
        self.text = text
        self.types = {}
        self.samples = []
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                if name in self.types:
                    raise AssertionError(f"two families {name}")
                self.types[name] = kind
            elif not line.startswith("#"):
                self.samples.append(_parse(line))

    def value(self, name, **labels):
        """The only value that has these labels, and others; None if none has."""
        found = [
            each.value
            for each in self.samples
            if each.name == name and labels.items() <= each.labels.items()
        ]
        if len(found) > 1:
            raise AssertionError(f"{len(found)} values of {name} {labels}")
        return found[0] if found else None

    def labels_of(self, family):
        """Names of the labels that the values of a family have."""
        return {
            label
            for each in self.samples
            if self.family_of(each.name) == family
            for label in each.labels
        } - {"le"}

    def values_of(self, family, label):
        """What the label is in the values of a family."""
        return {each.labels[label] for each in self.samples if each.name == family}

    def family_of(self, name):
        """The family that a sample belongs to, or None."""
        if name in self.types:
            return name
        for ending in _OF_HISTOGRAM:
            family = name.removesuffix(ending)
            if family != name and self.types.get(family) == "histogram":
                return family
        return None


def _parse(line):
    match = _SAMPLE.match(line)
    if match is None:
        raise AssertionError(f"no sample: {line}")
    name, labels, value = match.groups()
    return Sample(name, dict(_LABEL.findall(labels or "")), float(value))
