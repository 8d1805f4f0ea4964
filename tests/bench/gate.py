#!/usr/bin/python3
"""How often the gate is wrong, and how often it sees a change: `tmscdp compare` on resampled real runs.

Collects visits of four clients (plain, virtual, plain with 10 % more elements a bubble, virtual with
5 ms more script per row that comes into view) by `tmscdp measure`, on the machine as it is and with a
core kept busy, until there are enough of each. What is there already is kept: an interrupted
collection goes on where it stopped.

Then each comparison draws whole visits at random, without replacement: so many of the base's pool and
so many of the head's (of one pool, when a client is compared with itself; then no visit is on both
sides). They are written as a result of one run with two variants, as a comparison in turns is, and
`tmscdp compare` judges it. In the rows called "apart" the base is drawn from the earlier half of the
visits and the head from the later one, as two runs of their own.

  tests/bench/gate.py --quick            a small one, to see that it works
  tests/bench/gate.py                    80 visits of each client, 200 comparisons a row
  tests/bench/gate.py --no-collect       only the table anew, from what was collected
"""

import argparse
import copy
import json
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.stack import TMSCDP, SeededStack  # noqa: E402

CLIENTS = {
    "plain": {"list": "plain"},
    "virtual": {"list": "virtual"},
    "plain-elements": {"list": "plain", "fault_elements": 10},
    "virtual-script": {"list": "virtual", "fault_script_per_row": 5},
}
BLOCK = 4  # visits of each client in one run of measure


def bench_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="16 visits, 20 comparisons a row")
    parser.add_argument("--visits", type=int, help="of each client and mode (default 80)")
    parser.add_argument("--comparisons", type=int, help="a row of the table (default 200)")
    parser.add_argument("--values", type=int, default=8, help="visits a side (default 8)")
    parser.add_argument("--modes", default="idle,busy", help="idle, busy or both (default both)")
    parser.add_argument("--messages", default="50,200", help="numbers of messages (default 50,200)")
    parser.add_argument("--dir", type=Path, default=ROOT / "build" / "bench-gate")
    parser.add_argument("--seed", type=int, default=1, help="of the resampling (default 1)")
    parser.add_argument("--no-collect", action="store_true")
    options = parser.parse_args()
    options.visits = options.visits or (16 if options.quick else 80)
    options.comparisons = options.comparisons or (20 if options.quick else 200)
    options.modes = options.modes.split(",")
    return options


def saved_results(folder):
    """The complete results of a mode, oldest first."""
    results = [json.loads(path.read_text()) for path in sorted(folder.glob("*/result.json"))]
    return [result for result in results if result["state"] == "complete"]


def visits_of(results, client):
    """One dict a visit: {place: {metric: value}}, with the run it came from."""
    visits = []
    for result in results:
        variant = next((v for v in result["measure"]["variants"] if v["name"] == client), None)
        if variant is None:
            continue
        runs = result["options"]["runs"]
        for number in range(runs):
            places = {"load": pick(variant["load"]["metrics"], number, runs)}
            for stage in variant["stages"]:
                places[stage["messages"]] = pick(stage["metrics"], number, runs)
            visits.append({"places": places, "from": result, "variant": variant})
    return visits


def pick(metrics, number, runs):
    """The values of one repetition. What is measured once a run belongs to each of its visits."""
    found = {}
    for name, node in metrics.items():
        values = node.get("values", [])
        if len(values) == runs:
            found[name] = values[number]
        elif len(values) == 1:
            found[name] = values[0]
    return found


class BusyCore:
    """A process of ours that keeps one core busy."""

    def __init__(self, wanted):
        self.process = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if wanted else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.kill()
            self.process.wait()


def collect(options):
    missing = {mode: options.visits - least_visits(options.dir / mode) for mode in options.modes}
    if max(missing.values()) <= 0:
        return
    stack = SeededStack("bench-gate", RATELIMIT_ENABLED="false").start()
    try:
        for mode in options.modes:
            with BusyCore(mode == "busy"):
                collect_mode(options, mode, stack)
    finally:
        stack.stop()


def least_visits(folder):
    results = saved_results(folder)
    return min(len(visits_of(results, client)) for client in CLIENTS)


def collect_mode(options, mode, stack):
    folder = options.dir / mode
    folder.mkdir(parents=True, exist_ok=True)
    words = [word for name, switches in CLIENTS.items()
             for word in ("--variant", f"{name}={stack.client_url(**switches)}")]
    while (there := least_visits(folder)) < options.visits:
        print(f"{mode}: {there} of {options.visits} visits of each client", file=sys.stderr)
        done = stack.tmscdp("measure", "--messages", options.messages, "--runs", BLOCK, "--seed",
                            there + 1, "--runs-dir", folder, "--data-dir", stack.data,
                            "--soft-fail", "--quiet", *words, timeout=3600)
        if done.returncode:
            raise SystemExit(f"measure ended with {done.returncode}: {done.stderr}")


def skeleton(result, name):
    """The head of a result without its figures."""
    kept = {key: copy.deepcopy(result[key]) for key in
            ("schema", "schema_version", "tool", "command", "state", "started_at", "options", "host",
             "browser")}
    return {**kept, "id": name, "measure": {"variants": []}}


def worst_noise(visits):
    """Of all runs that the visits came from."""
    noises = [visit["from"]["noise"] for visit in visits]
    return {key: max(noise[key] for noise in noises)
            for key in ("busy_share", "steal_share", "load_1m")}


def as_variant(visits, name):
    """The visits as one variant: each metric with the values of those that have it."""
    first = visits[0]["variant"]
    stages = []
    for stage in first["stages"]:
        stages.append({"messages": stage["messages"], "loaded": stage["loaded"], "reached": True,
                       "crash": None,
                       "metrics": gather(visits, stage["messages"], stage["metrics"])})
    return {"name": name, "load": {"metrics": gather(visits, "load", first["load"]["metrics"])},
            "stages": stages}


def gather(visits, place, metrics):
    gathered = {}
    for name, node in metrics.items():
        values = [visit["places"][place][name] for visit in visits if name in visit["places"][place]]
        if values:
            gathered[name] = {"values": values}
        elif "no_data" in node:
            gathered[name] = {"no_data": node["no_data"]}
    return gathered


def compare(folder, number, base, head, apart):
    """What compare says of two sets of visits."""
    if apart:
        paths = []
        for side, visits in (("base", base), ("head", head)):
            result = skeleton(visits[0]["from"], f"{side}-{number}")
            result["noise"] = worst_noise(visits)
            result["measure"]["variants"].append(as_variant(visits, side))
            paths.append(write(folder / f"{side}-{number}.json", result))
    else:
        result = skeleton(base[0]["from"], f"both-{number}")
        result["noise"] = worst_noise(base + head)
        result["measure"]["variants"] += [as_variant(base, "base"), as_variant(head, "head")]
        paths = [write(folder / f"both-{number}.json", result)]
    done = subprocess.run([TMSCDP, "compare", *paths, "--json"], capture_output=True, text=True,
                          timeout=60)
    if done.returncode not in (0, 99, 111):
        raise SystemExit(f"compare ended with {done.returncode}: {done.stderr}")
    for path in paths:
        path.unlink()
    return json.loads(done.stdout)


def write(path, result):
    path.write_text(json.dumps(result))
    return path


def draw(random_, base_pool, head_pool, count, apart):
    """The visits of both sides."""
    if base_pool is head_pool:
        half = len(base_pool) // 2
        if apart:
            return random_.sample(base_pool[:half], count), random_.sample(base_pool[half:], count)
        both = random_.sample(base_pool, 2 * count)
        return both[:count], both[count:]
    return random_.sample(base_pool, count), random_.sample(head_pool, count)


def figures(comparison, *states):
    return [line for line in comparison["figures"] if line["state"] in states]


def says_something(comparison):
    lists = comparison["virtualization"]
    return bool(figures(comparison, "worse", "better")) or lists["base"]["kind"] != lists["head"]["kind"]


def has_worse(*metrics):
    return lambda comparison: comparison["verdict"] == "fail" and any(
        line["metric"] in metrics for line in figures(comparison, "worse"))


def lost_its_list(comparison):
    kinds = [comparison["virtualization"][side]["kind"] for side in ("base", "head")]
    return comparison["verdict"] == "fail" and kinds == ["virtualized", "not virtualized"]


def won_its_list(comparison):
    kinds = [comparison["virtualization"][side]["kind"] for side in ("base", "head")]
    return kinds == ["not virtualized", "virtualized"]


# Title, base, head, apart, what counts, and how much of it is wanted.
ROWS = [
    ("plain, plain: worse or better", "plain", "plain", False, says_something, "<=", 0.02),
    ("virtual, virtual: worse or better", "virtual", "virtual", False, says_something, "<=", 0.02),
    ("plain, plain, apart: worse or better", "plain", "plain", True, says_something, "<=", 0.02),
    ("virtual, virtual, apart: worse or better", "virtual", "virtual", True, says_something, "<=",
     0.02),
    ("virtual, plain: lost its virtualization", "virtual", "plain", False, lost_its_list, ">=", 1.0),
    ("plain, virtual: virtualized now", "plain", "virtual", False, won_its_list, ">=", 1.0),
    ("10 % more elements a bubble: more elements", "plain", "plain-elements", False,
     has_worse("dom_elements_list", "dom_elements_list_per_message"), ">=", 1.0),
    ("5 ms more script a row: slower", "virtual", "virtual-script", False,
     has_worse("scroll_script_ms"), ">=", 0.95),
]


def run_row(options, pools, row, folder, pool):
    title, base, head, apart, counts, operator, wanted = row
    random_ = random.Random(f"{options.seed} {title}")
    draws = [draw(random_, pools[base], pools[head], options.values, apart)
             for _ in range(options.comparisons)]
    found = list(pool.map(lambda item: compare(folder, item[0], *item[1], apart),
                          enumerate(draws)))
    share = sum(1 for comparison in found if counts(comparison)) / len(found)
    holds = share <= wanted if operator == "<=" else share >= wanted
    verdicts = {name: sum(1 for comparison in found if comparison["verdict"] == name)
                for name in ("pass", "fail", "cannot_tell")}
    culprits = {}
    for comparison in found:
        for line in figures(comparison, "worse", "better", "cannot_tell", "no_data"):
            key = f"{line['metric']} at {line['at']} {line['state']}"
            culprits[key] = culprits.get(key, 0) + 1
    return {"title": title, "share": share, "wanted": f"{operator} {wanted:.0%}", "holds": holds,
            "comparisons": len(found), "verdicts": verdicts,
            "figures": dict(sorted(culprits.items(), key=lambda item: -item[1])[:8])}


def table(options):
    lines = [f"{options.values} visits a side, {options.comparisons} comparisons a row", "",
             "| machine | comparison | share | wanted | | pass / fail / cannot tell |",
             "|---|---|---:|---:|---|---|"]
    details = []
    everything_holds = True
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        for mode in options.modes:
            results = saved_results(options.dir / mode)
            pools = {client: visits_of(results, client) for client in CLIENTS}
            lines.append(f"| {mode}: {min(map(len, pools.values()))} visits of each client | | | | | |")
            for row in ROWS:
                found = run_row(options, pools, row, Path(folder), pool)
                everything_holds = everything_holds and found["holds"]
                verdicts = found["verdicts"]
                lines.append(
                    f"| {mode} | {found['title']} | {found['share']:.1%} | {found['wanted']} | "
                    f"{'holds' if found['holds'] else 'MISSED'} | {verdicts['pass']} / "
                    f"{verdicts['fail']} / {verdicts['cannot_tell']} |")
                details.append({"mode": mode, **found})
                print(lines[-1], file=sys.stderr)
    (options.dir / "table.json").write_text(json.dumps(details, indent=1))
    (options.dir / "table.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    return everything_holds


def main():
    options = bench_options()
    if not options.no_collect:
        collect(options)
    sys.exit(0 if table(options) else 1)


if __name__ == "__main__":
    main()
