#!/usr/bin/python3
"""Each seeded fault of the reference client, N times beside a clean run: does the responsible metric
move beyond the spread of the clean runs, and does any other gate metric move?

    tests/soak/faults.py [--runs 10] [--only NAME]

Clean and faulty pages take turns in one measurement of N repetitions, so that the machine's moods fall on
both. A metric "moves" in a repetition when its value lies outside the clean runs' range, widened by 2 %
and by half a unit. faults.json says which metric is responsible, and which others a fault implies (more
elements are more nodes and more memory): those may move, all other gate metrics may not. What is measured
once a variant (nodes kept per opening, the jump at older messages) is repeated by measuring N times.
Exit code 1 when a responsible metric stayed in any repetition, or another gate metric moved in most.
"""

import argparse
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.support.stack import SeededStack  # noqa: E402

COUNTS = "50,100"
ONCE = {"nodes_per_cycle", "listeners_per_cycle", "anchor_jump"}


def figures(variant):
    """Metric → values of the last count, the load and the slopes; gate metrics by name."""
    values, gates = {}, set()
    for metrics in (variant["load"]["metrics"], variant["stages"][-1]["metrics"]):
        for name, value in metrics.items():
            if "values" in value:
                values[name] = value["values"]
                if value["use"] == "gate":
                    gates.add(name)
    slope = variant["slopes"]["dom_elements_list"]
    if "per_message" in slope:
        values["dom_elements_list.slope"] = [slope["per_message"]]
    return values, gates


def moved(value, clean):
    low, high = min(clean), max(clean)
    room = 0.02 * max(abs(low), abs(high)) + 0.5
    return value < low - room or value > high + room


def measure(stack, fault, clean, runs):
    """Faulty and clean values by metric over `runs` repetitions."""
    def url(switches):
        query = "&".join(f"{key}={value}" for key, value in {"list": "virtual", **clean, **switches}.items())
        return f"{stack.env['CLIENT_URL']}/?{query}"

    once = any(metric in ONCE or metric.endswith(".slope") for metric in fault["moves"])
    together = {"clean": {}, "faulty": {}}
    gates = set()
    # What is read once a variant needs measurements of its own; the others repeat in one.
    for _ in range(runs if once else 1):
        done, result = stack.measure(COUNTS, {"clean": url({}), "faulty": url(fault["switches"])}, "--soft-fail",
                                     "-n", "1" if once else str(runs), timeout=3600)
        if result is None:
            raise SystemExit(f"{fault['name']}: no result: {done.stderr}")
        for variant in result["measure"]["variants"]:
            values, found = figures(variant)
            gates |= found
            for name, some in values.items():
                together[variant["name"]].setdefault(name, []).extend(some)
    return together["clean"], together["faulty"], gates


def judge(fault, clean, faulty, gates, runs):
    good = True
    for metric in fault["moves"]:
        hits = sum(moved(value, clean.get(metric, [])) for value in faulty.get(metric, [])
                   if metric in clean)
        wanted = len(faulty.get(metric, [])) or runs
        good &= hits == wanted >= 1
        print(f"{fault['name']:22} {metric:24} {hits:2} of {wanted:2}   "
              f"clean {spread(clean.get(metric))}   faulty {spread(faulty.get(metric))}", flush=True)
    others = []
    for metric in sorted(gates - set(fault["moves"])):
        values = faulty.get(metric, [])
        if len(clean.get(metric, [])) < runs:
            continue  # read once a variant: its spread is not known from this measurement
        hits = sum(moved(value, clean[metric]) for value in values)
        if hits * 2 > len(values):
            others.append((metric, hits, len(values), metric in fault["implies"]))
    for metric, hits, count, implied in others:
        good &= implied
        print(f"{'':22} {'also ' + metric:24} {hits:2} of {count:2}   "
              f"{'implied: ' + fault['why'] if implied else 'NOT EXPECTED'}   "
              f"clean {spread(clean[metric])}   faulty {spread(faulty[metric])}", flush=True)
    return good


def spread(values):
    if not values:
        return "no data"
    return f"{min(values):,.4g}…{max(values):,.4g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--only", help="a part of a fault's name")
    arguments = parser.parse_args()
    table = json.loads((HERE / "faults.json").read_text())
    faults = [fault for fault in table["faults"] if (arguments.only or "") in fault["name"]]
    if not faults:
        parser.error(f"--only {arguments.only}: no fault's name has that in it")
    stack = SeededStack("faults", ["--encrypted", "60"], RATELIMIT_ENABLED="false").start()
    good = True
    try:
        for fault in faults:
            good &= judge(fault, *measure(stack, fault, table["clean"], arguments.runs), arguments.runs)
    finally:
        stack.stop()
    print("every fault was seen, and nothing moved that it does not imply" if good else "NOT all as it should be")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
