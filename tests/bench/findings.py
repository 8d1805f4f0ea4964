#!/usr/bin/python3
"""Does what tmscdp stress reports follow the reference chat's switches, and by how much?

    tests/bench/findings.py votes [--holds 0,25,300]      about 3 minutes a hold
    tests/bench/findings.py switches [--seconds 20]       about 10 minutes

votes: the full shape of poll-vote, once for each time that a vote holds its lock, against a closed
queue: V users who think for z and then want a lock that is held for h. What a vote takes of the lock or
of the server's processor without the extra hold is read off the first run: what is never idle is passed
on 1/h times a second. Told are the rate when the queue never empties, the knee (V* = (h + z)/h), and the
95th percentile from 31 VUs on, each beside what the queue gives: by simulating it over the same VUs, and for the
knee by formula too, which holds for queues that had the time to settle.

switches: the workloads on two chats side by side, one with the bottleneck and one without it, taking
turns, three times. Told are the ratios of the 95th percentile and of the server's processor time per
request, with their 95 % intervals (Student's t on the logarithms). Sending into one group against ten
is one chat and one run.
"""

import argparse
import heapq
import json
import math
import os
import random
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.stack import SeededStack  # noqa: E402

THINK_S = (0.1, 0.6)
STAGES = [(10, 10), (20, 30), (30, 50), (30, 100), (20, 0)]
TIMEOUT_S = 10
KNEE_SAMPLES = 20  # as in backend/stress_json.c
BUSY_VUS = 60  # where a queue that is never empty is sure to be one
SENDERS = 20  # 50 would all time out on two cores: 0.3 s a send into the group of 100
T_95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776}
TICKS = os.sysconf("SC_CLK_TCK")


def stress(stack, *arguments):
    runs = Path(tempfile.mkdtemp(prefix="runs-", dir=stack.dir))
    done = stack.tmscdp("stress", *arguments, "--reset", "--no-thresholds", "--runs-dir", runs,
                        "--data-dir", stack.data, timeout=900)
    found = list(runs.glob("*/result.json"))
    if not found:
        raise SystemExit(f"tmscdp ended with {done.returncode}: {done.stderr}")
    return json.loads(found[0].read_text())["stress"]["workloads"][0]


# The closed queue

def planned_vus(at):
    before = 0
    for seconds, target in STAGES:
        if at < seconds:
            return before + (target - before) * at / seconds
        at -= seconds
        before = target
    return 0


def simulate(hold_s, rest_s, seed):
    """(VUs, response) of each vote: one lock, first come first served, `rest_s` outside of it."""
    chance = random.Random(seed)
    length = sum(seconds for seconds, _ in STAGES)
    starts = []
    for number in range(100):
        at = next((t / 10 for t in range(length * 10) if planned_vus(t / 10) > number), None)
        if at is not None:
            heapq.heappush(starts, (at, number))
    free_at, votes = 0, []
    while starts:
        at, number = heapq.heappop(starts)
        if planned_vus(at) <= number:
            continue
        free_at = max(at, free_at) + hold_s
        response = min(free_at - at + rest_s, TIMEOUT_S)
        votes.append((planned_vus(at), response))
        heapq.heappush(starts, (at + response + chance.uniform(*THINK_S), number))
    return votes


def knee_of(votes):
    """The bend of the mean response over the levels of VUs, found as tmscdp finds it: the simulated
    ramp does not wait for the queue either, so its bend stands where the measured one should."""
    levels = {}
    for vus, response in votes:
        levels.setdefault(int(max(vus, 1) - 1) // 5, []).append((vus, response))
    points = [(statistics.fmean(v for v, _ in level), statistics.fmean(r for _, r in level))
              for level in levels.values()
              if len(level) >= KNEE_SAMPLES and max(r for _, r in level) < TIMEOUT_S]
    if len(points) < 4:
        return math.nan
    low, high = min(v for v, _ in points), max(v for v, _ in points)

    def left_by(knee):
        xs = [max(0, v - knee) for v, _ in points]
        ys = [r for _, r in points]
        if len(set(xs)) < 2:
            return math.inf
        slope, flat = statistics.linear_regression(xs, ys)
        return sum((y - flat - slope * x) ** 2 for x, y in zip(xs, ys)) if slope > 0 else math.inf

    return min((low + (high - low) * step / 256 for step in range(256)), key=left_by)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def band(workload, name):
    return next((b for b in workload["scenarios"][0]["bands"] if b["band"] == name), None)


def shown(figures, key):
    if figures is None or key not in figures:
        return "-"
    mark = "≥ " if key in figures.get("at_least", []) else ""
    return f"{mark}{figures[key]:.0f} ms"


def saturated_rate(workload, from_vus):
    """Votes a second over the levels from so many VUs on in which nobody gave up."""
    levels = [level for level in workload["scenarios"][0]["levels"]
              if level["vus_from"] >= from_vus and "timed_out" not in level["service_ms"]]
    if not levels:
        return math.nan
    return (sum(level["rate"] * level["seconds"] for level in levels) /
            sum(level["seconds"] for level in levels))


def keep(workload, folder, hold):
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"votes-{hold}.json").write_text(json.dumps(workload))


def votes(holds, folder):
    lock_s = rest_s = None
    print(f"{'hold':>6} {'verdict by band (≤15, 16–30, 31+)':38} {'votes a second, full':>22} "
          f"{'knee at':>20} {'p95 from 31 VUs':>26}")
    for hold in holds:
        stack = SeededStack("findings", RATELIMIT_ENABLED="false", TMS_VOTE_HOLD_MS=hold).start()
        try:
            workload = stress(stack, "poll-vote")
        finally:
            stack.stop()
        keep(workload, folder, hold)
        if lock_s is None:
            lock_s = 1 / saturated_rate(workload, BUSY_VUS) - hold / 1000
            rest_s = max(workload["scenarios"][0]["baseline"]["service_ms"]["med"] / 1000 -
                         lock_s - hold / 1000, 0)
        h = lock_s + hold / 1000
        z = sum(THINK_S) / 2
        model = simulate(h, rest_s, 1)
        high = [r * 1000 for v, r in model if v >= 31]
        verdicts = [band(workload, name)["verdict"]["verdict"] if band(workload, name) else "-"
                    for name in ("1-15", "16-30", "31+")]
        knee = workload["scenarios"][0].get("knee", {}).get("vus")
        print(f"{hold:4} ms {', '.join(verdicts):38} "
              f"{saturated_rate(workload, min(BUSY_VUS, 1.5 * (h + z) / h)):12.1f} ({1 / h:7.1f}) "
              f"{f'{knee:.1f}' if knee else '-':>6} ({knee_of(model):4.1f}; {(h + z) / h:4.1f}) "
              f"{shown(band(workload, '31+')['service_ms'], 'p95'):>12} "
              f"({percentile(high, 0.95):.0f} ms)", flush=True)
        outcomes = workload["scenarios"][0]["outcomes"]
        print(f"        {outcomes}", flush=True)


# Switches

def server_cpu_s(stack):
    fields = Path(f"/proc/{stack.pid('server')}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def one_run(stack, workload, options):
    """By scenario: (p95 in ms, whether it is a lower bound); and processor ms a request."""
    before = server_cpu_s(stack)
    result = stress(stack, workload, "--no-baseline", *options)
    cpu = server_cpu_s(stack) - before
    requests = sum(scenario["requests"] for scenario in result["scenarios"])
    p95 = {s["name"]: s["service_ms"].get("p95") for s in result["scenarios"]}
    return p95, cpu / requests * 1000


def interval(ratios):
    """Geometric mean and its 95 % interval."""
    logs = [math.log(ratio) for ratio in ratios]
    middle = statistics.fmean(logs)
    if len(logs) < 2:
        return math.exp(middle), math.nan, math.nan
    half = T_95[len(logs)] * statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(middle), math.exp(middle - half), math.exp(middle + half)


def tell(name, what, ratios):
    usable = [ratio for ratio in ratios if ratio is not None]
    if not usable:
        print(f"{name:34} {what:24} too few samples")
        return
    middle, low, high = interval(usable)
    print(f"{name:34} {what:24} {middle:6.2f} × [{low:.2f}, {high:.2f}]", flush=True)


def compare(name, workload, options, switches, seed_options=(), repeats=3):
    on = SeededStack("with", seed_options, RATELIMIT_ENABLED="false").start()
    off = None
    try:
        off = SeededStack("without", seed_options, RATELIMIT_ENABLED="false", **switches).start()
        reactions = ["--seeded-reactions", seed_options[1]] if seed_options else []
        runs = {"on": [], "off": []}
        for repeat in range(repeats):
            pair = [("on", on), ("off", off)]
            for which, stack in pair if repeat % 2 == 0 else reversed(pair):
                runs[which].append(one_run(stack, workload, [*options, *reactions]))
        for scenario in runs["on"][0][0]:
            tell(f"{name}: {scenario}", "p95, with ÷ without",
                 [a[0][scenario] / b[0][scenario] if a[0][scenario] and b[0][scenario] else None
                  for a, b in zip(runs["on"], runs["off"])])
        tell(name, "server's CPU a request",
             [a[1] / b[1] for a, b in zip(runs["on"], runs["off"])])
    finally:
        on.stop()
        if off is not None:
            off.stop()


def sends(seconds, repeats=3):
    stack = SeededStack("sends", RATELIMIT_ENABLED="false").start()
    try:
        ratios, per_second = [], []
        for _ in range(repeats):
            result = stress(stack, "message-send", "--no-baseline", "--vus", str(SENDERS), "--duration",
                            f"{seconds}s")
            single, ten = result["scenarios"]
            a, b = single["service_ms"].get("p95"), ten["service_ms"].get("p95")
            ratios.append(a / b if a and b else None)
            per_second.append((ten["outcomes"].get("ok", 0) + 1) /
                              (single["outcomes"].get("ok", 0) + 1))
        tell("message-send", "p95, one ÷ ten groups", ratios)
        tell("message-send", "sent, ten ÷ one group", per_second)
    finally:
        stack.stop()


def switches(seconds):
    shape = ["--duration", f"{seconds}s"]
    # After thousands of reactions, as the suite's readers meet them: 100 on each image.
    compare("reactions, 100 a message", "reactions", ["--vus", "20", *shape],
            {"TMS_REACTION_ROWS": "off", "TMS_DEBUG_QUERY": "off"}, ["--reactions", "100"])
    compare("media", "media", ["--vus", "20", *shape], {"TMS_DEBUG_QUERY": "off"})
    compare("files", "files", ["--vus", "20", *shape],
            {"TMS_DEBUG_QUERY": "off", "TMS_FILE_HMAC": "off"})
    sends(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["votes", "switches"])
    parser.add_argument("--holds", default="0,25,300", help="milliseconds, rising from 0")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the results of votes there")
    parser.add_argument("--seconds", type=int, default=20, help="of each scenario")
    arguments = parser.parse_args()
    if arguments.what == "votes":
        votes([int(word) for word in arguments.holds.split(",")], arguments.keep)
    else:
        switches(arguments.seconds)


if __name__ == "__main__":
    main()
