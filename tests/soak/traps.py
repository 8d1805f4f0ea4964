#!/usr/bin/python3
"""Reaches 50, 150 and 200 messages again and again with the reference client's traps on.

    tests/soak/traps.py [--runs 20] [--alone-runs 2]

First every trap on, in both lists, `--runs` times in a row; then each trap alone (all others off).
Prints one line a configuration: runs, stages reached of stages wanted, how the pages were reached, the
spread of the counts. Exit code 1 when a stage was missed.
"""

import argparse
import collections
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.stack import SeededStack, median, stages  # noqa: E402

TRAPS = ["logout", "two-keys", "modal", "latch", "first-scroll", "refetch", "twin", "heights",
         "live-requests"]
LISTS = ["plain", "virtual"]
COUNTS = [50, 150, 200]


def variants(stack, switches):
    extra = "".join(f"&{key}={value}" for key, value in switches.items())
    return {name: f"{stack.env['CLIENT_URL']}/?list={name}{extra}" for name in LISTS}


def spread(values):
    return f"{min(values):.0f}" if min(values) == max(values) else f"{min(values):.0f}-{max(values):.0f}"


def configuration(stack, name, switches, runs):
    reached = wanted = 0
    steps = collections.Counter()
    elements = collections.defaultdict(list)
    for _ in range(runs):
        done, result = stack.measure("50,150,200", variants(stack, switches), "--soft-fail")
        if result is None:
            raise SystemExit(f"{name}: no result: {done.stderr}")
        for variant in LISTS:
            found = stages(result, variant)
            for count in COUNTS:
                wanted += 1
                stage = found[count]
                if not stage["reached"]:
                    print(f"  {name} {variant} {count}: {stage['reason']}", flush=True)
                    continue
                reached += 1
                elements[variant, count].append(median(stage, "dom_elements_list"))
                for step in stage.get("how", []):
                    steps[step.split(":")[0]] += 1
    counts = ", ".join(f"{variant} {count}: {spread(elements[variant, count])}"
                       for variant in LISTS for count in COUNTS if elements[variant, count])
    print(f"{name:14} {runs:3} runs  {reached}/{wanted} stages  {counts}", flush=True)
    print(f"{'':14} steps: {dict(steps)}", flush=True)
    return reached == wanted


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--alone-runs", type=int, default=2)
    arguments = parser.parse_args()
    stack = SeededStack("traps").start()
    try:
        good = configuration(stack, "all on", {}, arguments.runs)
        for trap in TRAPS:
            switches = {f"trap-{other}": "on" if other == trap else "off" for other in TRAPS}
            good &= configuration(stack, trap, switches, arguments.alone_runs)
    finally:
        stack.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
