#!/usr/bin/python3
"""Measures the table's lookups, memory and building against DIR-24-8, a pointer
Patricia tree and binary search, from 1,000 to 1,000,000 networks.

usage: scripts/bench table [--json FILE] [--rounds N] [--seconds S]
           [--build FOLDER] [--prefixes N ...]

Prints tables in Markdown.  A round runs tests/bench/table_bench once for each
family and number of networks, on one processor; it measures all structures one
right after the other, on the same networks and addresses.  A ratio is the median
of the rounds' ratios, so that a machine that is busy with other things disturbs
both sides alike.  Every second address looked up is listed.  Exits 1 if two
structures gave different answers.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys

CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

FAMILIES = ["ipv4", "ipv6"]
PREFIXES = [1_000, 10_000, 100_000, 1_000_000]
STRUCTURES = {
    "ours": "spfblock",
    "dir_24_8": "DIR-24-8",
    "sorted_ranges": "binary search",
    "pointer_patricia": "pointer Patricia",
}
ALONE = "one_at_a_time/half"
MISSES = "one_at_a_time/misses"
# Number, what, family, networks, what is measured, must; least or most.
TARGETS = [
    ("A1", "time / DIR-24-8's", "ipv4", n, ("ours", "dir_24_8"), "most", must)
    for n, must in [(10_000, 0.4), (100_000, 0.4), (1_000_000, 1.1)]
] + [
    ("A2", "pointer Patricia's time / ours", "ipv4", n, ("pointer_patricia", "ours"))
    + ("least", must)
    for n, must in [(100_000, 10), (1_000_000, 5)]
]
BYTES_MUST = {"A3": ("ipv4", 32), "A4": ("ipv6", 48)}
BYTES_FROM = 100_000
BUILD_MUST_S = 0.6


def processor():
    """What the figures were taken on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    return {
        "model": model[1] if model else os.uname().machine,
        "processors": os.cpu_count(),
        "kernel": os.uname().release,
        "caches": caches(),
    }


def caches():
    """The sizes of the first processor's caches, as "L3 32768K"."""
    folder = "/sys/devices/system/cpu/cpu0/cache"
    found = []
    for index in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if not index.startswith("index"):
            continue
        values = {}
        for what in "level", "size", "type":
            with open(os.path.join(folder, index, what), encoding="ascii") as file:
                values[what] = file.read().strip()
        if values["type"] != "Instruction":
            found.append(f"L{values['level']} {values['size']}")
    return found


def run_once(options, family, prefixes):
    """One round: {benchmark's name: its values}."""
    path = os.path.join(options.build, "table_bench")
    if not os.access(path, os.X_OK):
        sys.exit(f"table: no {path}; run scripts/build benches")
    one = str(max(os.sched_getaffinity(0)))
    done = subprocess.run(
        ["taskset", "-c", one, path, "--family", family]
        + ["--prefixes", str(prefixes), "--benchmark_format=json"]
        + [f"--benchmark_min_time={options.seconds}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=600,
    )
    if done.returncode != 0:
        sys.exit(f"table: table_bench failed:\n{done.stderr}")
    values = {}
    for each in json.loads(done.stdout)["benchmarks"]:
        values[each["name"]] = {
            key: each[key]
            for key in ("seconds_a_lookup", "bytes_a_prefix")
            if key in each
        }
        if each["time_unit"] == "ms":
            values[each["name"]]["cpu_seconds"] = each["cpu_time"] / 1e3
    return values


def measure(options):
    """The rounds of each family and number of networks."""
    measured = [
        {"family": family, "prefixes": count, "rounds": []}
        for count in options.prefixes
        for family in FAMILIES
    ]
    for number in range(options.rounds):
        for each in measured:
            each["rounds"].append(run_once(options, each["family"], each["prefixes"]))
        print(f"table: round {number + 1} done", file=sys.stderr)
    return measured


def has(measured, structure):
    return f"{structure}/build" in measured["rounds"][0]


def median(measured, name, what):
    return statistics.median(each[name][what] for each in measured["rounds"])


def ratio(measured, name, one, other):
    """The median of one's time / other's."""
    return statistics.median(
        each[f"{one}/{name}"]["seconds_a_lookup"]
        / each[f"{other}/{name}"]["seconds_a_lookup"]
        for each in measured["rounds"]
    )


def build_ratio(measured, other):
    return statistics.median(
        each["ours/build"]["cpu_seconds"] / each[f"{other}/build"]["cpu_seconds"]
        for each in measured["rounds"]
    )


def chosen(all_measured, family, prefixes):
    for each in all_measured:
        if (each["family"], each["prefixes"]) == (family, prefixes):
            return each
    return None


def targets(all_measured):
    """The rows of what must be held: number, what, value, must, held."""
    rows = []
    for number, what, family, count, (one, other), kind, must in TARGETS:
        if measured := chosen(all_measured, family, count):
            value = ratio(measured, ALONE, one, other)
            rows.append(row(number, f"{what}, {count:,}", value, kind, must))
    for number, (family, must) in BYTES_MUST.items():
        for measured in all_measured:
            if measured["family"] == family and measured["prefixes"] >= BYTES_FROM:
                value = median(measured, "ours/build", "bytes_a_prefix")
                what = f"{family} bytes a network, {measured['prefixes']:,}"
                rows.append(row(number, what, value, "most", must))
    for family in FAMILIES:
        if measured := chosen(all_measured, family, 1_000_000):
            value = median(measured, "ours/build", "cpu_seconds")
            what = f"{family} building 1,000,000, s of CPU"
            rows.append(row("A5", what, value, "most", BUILD_MUST_S))
    return rows


def row(number, what, value, kind, must):
    held = value <= must if kind == "most" else value >= must
    return {
        "target": number,
        "what": what,
        "value": value,
        "must": f"{'<=' if kind == 'most' else '>='} {must:g}",
        "held": held,
    }


def print_targets(rows):
    print("\n| target | what | measured | must | held |\n|---|---|---|---|---|")
    for each in rows:
        held = "yes" if each["held"] else "**no**"
        print(
            f"| {each['target']} | {each['what']} | {each['value']:.3g} "
            f"| {each['must']} | {held} |"
        )


def print_ratios(all_measured):
    print("\nspfblock's time a lookup / the other's; of building, CPU time\n")
    print("| family | networks | other | one at a time | misses alone ", end="")
    print("| overlapping | building |\n" + "|---" * 7 + "|")
    for each in all_measured:
        for name, title in list(STRUCTURES.items())[1:]:
            if not has(each, name):
                continue
            cells = [
                ratio(each, what, "ours", name)
                for what in (ALONE, MISSES, "overlapping/half")
            ] + [build_ratio(each, name)]
            print(
                f"| {each['family']} | {each['prefixes']:,} | {title} |",
                " | ".join(f"{cell:.2f}" for cell in cells),
                "|",
            )


def print_growth(growth):
    print("\nspfblock's cost as the table grows (medians)\n")
    print("| family | networks | ns a lookup | ns a miss | bytes a network ", end="")
    print("| building, s | publishing, s |\n" + "|---" * 7 + "|")
    for each in growth:
        print(
            f"| {each['family']} | {each['prefixes']:,} | {each['lookup_ns']:.1f} "
            f"| {each['miss_ns']:.1f} | {each['bytes_a_prefix']:.1f} "
            f"| {each['build_s']:.2g} | {each['publish_s']:.2g} |"
        )


def growth_of(all_measured):
    """What tests/bench/plot.py draws."""
    return [
        {
            "family": each["family"],
            "prefixes": each["prefixes"],
            "lookup_ns": 1e9 * median(each, f"ours/{ALONE}", "seconds_a_lookup"),
            "miss_ns": 1e9 * median(each, f"ours/{MISSES}", "seconds_a_lookup"),
            "bytes_a_prefix": median(each, "ours/build", "bytes_a_prefix"),
            "build_s": median(each, "ours/build", "cpu_seconds"),
            "publish_s": median(each, "snapshot/publish", "cpu_seconds"),
        }
        for each in all_measured
    ]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", help="writes all results to this file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--seconds", type=float, default=0.05, help="of one measurement, at least"
    )
    parser.add_argument("--prefixes", type=int, nargs="+", default=PREFIXES)
    parser.add_argument(
        "--build",
        default=os.path.join(CHECKOUT, "build", "release", "tests", "bench"),
        help="where table_bench is",
    )
    return parser.parse_args()


def main():
    options = arguments()
    machine = processor()
    measured = measure(options)
    growth, rows = growth_of(measured), targets(measured)
    print(
        f"{machine['model']}, {machine['processors']} processors, "
        f"{', '.join(machine['caches'])}, Linux {machine['kernel']}; "
        f"{options.rounds} rounds"
    )
    print_targets(rows)
    print_ratios(measured)
    print_growth(growth)
    if options.json:
        results = {
            "machine": machine,
            "targets": rows,
            "growth": growth,
            "measured": measured,
        }
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(results, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
