#!/usr/bin/python3
"""Every API workload at its full shape against the reference chat: do the totals agree with k6's rules?

    tests/soak/shapes.py [WORKLOAD…]        about 20 minutes for all

What k6 gives for a shape is computed here anew from the workload's file, not by tmscdp's schedules:
the number of VUs at every second (linear between stages, never more than planned beyond the graceful
ends), the starts of an arrival rate (the area below the rate), the iterations of each VU. Told is,
for each scenario, what was planned beside what the result says. It ends with 1 when they differ.
"""

import argparse
import gzip
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.stack import SeededStack  # noqa: E402

SCENARIOS = ROOT / "backend" / "scenarios"
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
WORKLOADS = ("poll-vote", "poll-spike", "reactions", "media", "files", "message-send",
             "response-time", "throughput", "upload")
TICK_S = 1.1  # the timeline has a line a second, closed a little late


def seconds(text):
    return sum(float(number) * UNITS[unit] for number, unit in
               re.findall(r"([\d.]+)(ms|s|m|h)", text or "0s"))


def stages(scenario):
    return [(seconds(stage["duration"]), stage["target"]) for stage in scenario["stages"]]


def along(start, steps, at):
    """The value after `at` seconds of going linearly from stage to stage; None behind the last."""
    for length, target in steps:
        if at < length:
            return start + (target - start) * at / length
        at -= length
        start = target
    return None


def area(start, steps):
    total = 0
    for length, target in steps:
        total += (start + target) / 2 * length
        start = target
    return total


def vus_bounds(scenario, at):
    """The fewest and most VUs that may be at work `at` seconds after the load's start."""
    since = at - seconds(scenario.get("startTime"))
    kind = scenario["executor"]
    if kind == "constant-vus":
        length = seconds(scenario["duration"])
        grace = seconds(scenario.get("gracefulStop", "30s"))
        vus = scenario["vus"]
        if since < TICK_S or since > length + grace + TICK_S:
            return 0, vus if -TICK_S < since < length + grace + TICK_S else 0
        return (vus if TICK_S < since < length - TICK_S else 0), vus
    if kind == "ramping-vus":
        steps = stages(scenario)
        start = scenario.get("startVUs", 0)
        length = sum(step for step, _ in steps)
        grace = max(seconds(scenario.get("gracefulRampDown", "30s")),
                    seconds(scenario.get("gracefulStop", "30s")))
        if since < -TICK_S or since > length + grace + TICK_S:
            return 0, 0
        moments = [min(max(since + offset, 0), length - 1e-6) for offset in (-TICK_S, 0, TICK_S)]
        values = [along(start, steps, moment) for moment in moments]
        # On the way down a VU may end its iteration within the grace.
        before = [along(start, steps, min(max(since - grace * part / 20, 0), length - 1e-6))
                  for part in range(21)]
        fewest = 0 if since > length or since < TICK_S else min(values) - 1
        return max(0, fewest), max(*values, *before) + 1
    return 0, scenario.get("maxVUs") or scenario.get("vus", 0)


def planned(scenario):
    """(what is counted, its number): exact for arrivals and iterations, else None."""
    kind = scenario["executor"]
    if kind == "constant-arrival-rate":
        return "starts", scenario["rate"] * seconds(scenario["duration"]) / seconds(
            scenario.get("timeUnit", "1s"))
    if kind == "ramping-arrival-rate":
        return "starts", area(scenario.get("startRate", 0), stages(scenario)) / seconds(
            scenario.get("timeUnit", "1s"))
    if kind == "per-vu-iterations":
        return "iterations", scenario["vus"] * scenario["iterations"]
    return None, None


def check_counts(name, scenario, told, state):
    what, number = planned(scenario)
    iterations = told["iterations"]
    text = f"  {name}: {scenario['executor']}, {iterations} iterations, {told['requests']} requests"
    if what == "starts":
        got = iterations + told["interrupted_iterations"] + told["dropped_iterations"]
        good = abs(got - number) <= 1
        text += f", {got} starts with {told['dropped_iterations']} dropped (k6's rules: {number:.1f})"
    elif what == "iterations":
        good = iterations == number
        text += f" (k6's rules: {number} iterations)"
    else:
        most = max(vus_bounds(scenario, seconds(scenario.get("startTime")) + at / 4)[1]
                   for at in range(4 * 400))
        good = iterations > 0 and told["vus_max"] <= most
        text += f", at most {told['vus_max']} VUs (planned: {most:.0f} or less)"
    print(text + ("" if good else "  WRONG"))
    state["good"] = state["good"] and good


def check_curve(spec, timeline, state):
    """Every line of the timeline against the sum of the scenarios' plans at that second."""
    at, vus = timeline["columns"].index("at_s"), timeline["columns"].index("vus")
    outside = []
    for second in timeline["seconds"]:
        bounds = [vus_bounds(scenario, second[at]) for scenario in spec["scenarios"].values()]
        fewest, most = sum(low for low, _ in bounds), sum(high for _, high in bounds)
        if not fewest <= second[vus] <= most:
            outside.append(f"{second[at]:.0f} s: {second[vus]} VUs, planned {fewest:.0f}–{most:.0f}")
    print(f"  VUs: {len(timeline['seconds'])} seconds, {len(outside)} outside of the plan"
          + "".join(f"\n    {line}" for line in outside[:5]))
    state["good"] = state["good"] and not outside


def run(stack, name, state):
    spec = json.loads((SCENARIOS / f"{name}.json").read_text())
    runs = stack.dir / f"runs-{name}"
    done = stack.tmscdp("stress", name, "--no-baseline", "--reset", "--no-thresholds", "--runs-dir",
                        runs, "--data-dir", stack.data, timeout=900)
    found = list(runs.glob("*/result.json"))
    if not found:
        raise SystemExit(f"{name}: tmscdp ended with {done.returncode}: {done.stderr}")
    workload = json.loads(found[0].read_text())["stress"]["workloads"][0]
    print(f"{name}: {workload['state']}, {workload['seconds']:.1f} s, "
          f"generator {100 * workload['generator']['cpu_share']:.1f} % of a core")
    by_name = {scenario["name"]: scenario for scenario in workload["scenarios"]}
    for key, scenario in spec["scenarios"].items():
        if "startAfter" in scenario and "startTime" not in scenario:
            scenario["startTime"] = "0s"
        check_counts(key, scenario, by_name[key], state)
        print(f"    {by_name[key]['outcomes']}")
    if not any("startAfter" in scenario for scenario in spec["scenarios"].values()):
        raw = next(found[0].parent.glob(f"raw/{name}-timeline.json.gz"))
        check_curve(spec, json.loads(gzip.decompress(raw.read_bytes())), state)
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", nargs="*", choices=[*WORKLOADS, []], metavar="WORKLOAD")
    arguments = parser.parse_args()
    state = {"good": True}
    stack = SeededStack("shapes", RATELIMIT_ENABLED="false").start()
    try:
        for name in arguments.workload or WORKLOADS:
            run(stack, name, state)
    finally:
        stack.stop()
    print("all as k6's rules give it" if state["good"] else "WRONG: see above")
    return 0 if state["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
