#!/usr/bin/python3
"""What watching the chat's database costs, and whether it changes what is measured.

    tests/bench/watcher.py [--seconds 20] [--pairs 10] [--run-seconds 8] [--only cost|throughput]

cost: on a PostgreSQL of its own, a light load is watched while 20 connections are idle, and while 100
sessions wait for the same row of polls. Told are the processor shares of tmscdp's side and of the
server's process that answers it, and how often it looked. Targets: both together under 1 % of a core
when nobody waits, under 5 % with 100 who wait.

throughput: on a reference chat, voters without pauses with and without the watcher in turns, whoever is first
changing from pair to pair. Told is the ratio of requests a second, with its 95 % interval over the
pairs (Student's t of the logarithms). Target: within 3 % of 1.
"""

import argparse
import asyncio
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.e2e.test_watcher import CHAT, LOCK_POLL, POLL, SCHEMA  # noqa: E402
from tests.support.postgres import Postgres  # noqa: E402
from tests.support.stack import TMSCDP, SeededStack  # noqa: E402

IDLE_CONNECTIONS = 20
WAITERS = 100
LIMITS = {"nobody waits": 0.01, f"{WAITERS} wait": 0.05}
MOST_CHANGE = 0.03
# Two-sided 95 % quantiles of Student's t by degrees of freedom.
T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262,
       10: 2.228, 11: 2.201, 12: 2.179, 14: 2.145, 19: 2.093, 29: 2.045}
WATCHER_PID = "SELECT pid FROM pg_stat_activity WHERE application_name = 'tmscdp watcher'"


def cpu_seconds(pid):
    """What the process has used until now."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def start_server(folder):
    server = subprocess.Popen([ROOT / "tests" / "fake" / "http_server.py", folder / "port"])
    deadline = time.monotonic() + 20
    while not (folder / "port").exists():
        assert time.monotonic() < deadline, "the HTTP server did not start"
        time.sleep(0.01)
    return server, f"http://127.0.0.1:{(folder / 'port').read_text()}"


def start_load(folder, api_url, database_url, seconds):
    path = folder / "light.json"
    path.write_text(json.dumps({
        "name": "light", "summary": "for a measurement", "prefix": "", "baseline": False,
        "flows": {"f": [{"request": {"name": "ok", "path": "/ok"}}, {"think": "200ms"}]},
        "scenarios": {"s": {"executor": "constant-vus", "flow": "f", "vus": 1,
                            "duration": f"{seconds}s"}}}))
    runs = Path(tempfile.mkdtemp(prefix="runs-", dir=folder))
    env = {"PATH": os.environ["PATH"], "CI": "true", "DATABASE_URL": database_url}
    return subprocess.Popen([TMSCDP, "stress", path, "--api-url", api_url, "--runs-dir", runs],
                            env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), runs


async def watched(postgres, folder, api_url, seconds, asking):
    """(our share, the server's share, looks a second, the section) of one load."""
    process, runs = start_load(folder, api_url, postgres.url("chat"), seconds)
    deadline = time.monotonic() + 20
    while not (found := await asking.fetch(WATCHER_PID)):
        assert time.monotonic() < deadline, "the watcher did not connect"
    # Not the start, with its statistics; the connection itself is looked at a second long less.
    await asyncio.sleep(1)
    pid, before, since = found[0]["pid"], cpu_seconds(found[0]["pid"]), time.monotonic()
    await asyncio.sleep(seconds - 2)
    theirs = (cpu_seconds(pid) - before) / (time.monotonic() - since)
    await asyncio.to_thread(process.wait)
    result = json.loads(next(runs.glob("*/result.json")).read_text())
    section = result["stress"]["workloads"][0]["database"]
    return section["self"]["cpu_share"], theirs, section["samples"] / section["seconds"], section


async def measure_cost(postgres, folder, api_url, seconds):
    url = postgres.url("chat")
    asking = await asyncpg.connect(url)
    idle = [await asyncpg.connect(url) for _ in range(IDLE_CONNECTIONS)]
    rows = [("nobody waits", await watched(postgres, folder, api_url, seconds, asking))]
    blocker = await asyncpg.connect(url)
    holder = blocker.transaction()
    await holder.start()
    await blocker.fetch(LOCK_POLL, POLL)
    waiters = [await asyncpg.connect(url) for _ in range(WAITERS)]
    tasks = [asyncio.create_task(waiter.fetch(LOCK_POLL, POLL)) for waiter in waiters]
    while await asking.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < WAITERS:
        await asyncio.sleep(0.05)
    row = await watched(postgres, folder, api_url, seconds, asking)
    assert row[3]["waits"]["waiters_max"] == WAITERS, row[3]["waits"]
    rows.append((f"{WAITERS} wait", row))
    await holder.rollback()
    await asyncio.gather(*tasks)
    for connection in (asking, blocker, *idle, *waiters):
        await connection.close()
    return rows


def cost(seconds):
    folder = Path(tempfile.mkdtemp(prefix="tmscdp-bench-watcher-"))
    postgres = Postgres(shared_preload_libraries="pg_stat_statements", max_connections=200).start()
    server, api_url = start_server(folder)
    try:
        postgres.create("chat", SCHEMA)
        postgres.sql("chat", CHAT)
        rows = asyncio.run(measure_cost(postgres, folder, api_url, seconds))
    finally:
        server.kill()
        server.wait()
        postgres.stop()
        shutil.rmtree(folder)
    good = True
    print(f"{'while':14} {'tmscdp':>8} {'server':>8} {'together':>9} {'target':>8} {'looks/s':>8}"
          f" {'ms a look':>10}")
    for name, (ours, theirs, rate, section) in rows:
        kept = ours + theirs < LIMITS[name]
        good = good and kept
        print(f"{name:14} {ours:8.2%} {theirs:8.2%} {ours + theirs:9.2%} {LIMITS[name]:8.0%} "
              f"{rate:8.1f} {section['self']['query_ms_med']:10.2f} {'' if kept else 'MISSED'}")
        for note in section["notes"]:
            if "instead of" in note:
                print(f"               {note}")
    return good


def busy_voters(folder):
    """The workload poll-vote without pauses: the chat is never idle, and voters always wait."""
    workload = json.loads((ROOT / "backend" / "scenarios" / "poll-vote.json").read_text())
    del workload["$schema"]
    workload["flows"]["vote"] = [step for step in workload["flows"]["vote"] if "think" not in step]
    workload["scenarios"] = {"vote": {"executor": "constant-vus", "flow": "vote", "vus": 15,
                                      "duration": "5s"}}
    path = folder / "busy-voters.json"
    path.write_text(json.dumps(workload))
    return path


def requests_per_second(stack, seconds, watch):
    runs = Path(tempfile.mkdtemp(prefix="runs-", dir=stack.dir))
    done = stack.tmscdp("stress", busy_voters(stack.dir), "--duration", f"{seconds}s",
                        "--no-baseline", "--no-thresholds", "--data-dir", stack.data, "--runs-dir",
                        runs, *([] if watch else ["--no-watch"]))
    assert done.returncode in (0, 99, 111), done.stderr
    workload = json.loads(next(runs.glob("*/result.json")).read_text())["stress"]["workloads"][0]
    assert (workload["database"]["state"] == "watched") == watch, workload["database"]["notes"]
    return workload["scenarios"][0]["requests"] / workload["seconds"]


def throughput(pairs, seconds):
    logs = []
    stack = SeededStack("bench-watcher", RATELIMIT_ENABLED="false").start()
    try:
        requests_per_second(stack, seconds, True)  # warm
        for i in range(pairs):
            order = (True, False) if i % 2 == 0 else (False, True)
            rates = {watch: requests_per_second(stack, seconds, watch) for watch in order}
            logs.append(math.log(rates[True] / rates[False]))
            print(f"pair {i + 1:2}: {rates[True]:7.1f}/s watched, {rates[False]:7.1f}/s not")
    finally:
        stack.stop()
    mean = statistics.fmean(logs)
    t = T95[max(df for df in T95 if df <= pairs - 1)]
    half = t * statistics.stdev(logs) / math.sqrt(pairs)
    low, middle, high = (math.exp(x) - 1 for x in (mean - half, mean, mean + half))
    good = -MOST_CHANGE < low and high < MOST_CHANGE
    print(f"watched ÷ not watched: {middle:+.1%} (95 % interval {low:+.1%} to {high:+.1%} over "
          f"{pairs} pairs); target within ±{MOST_CHANGE:.0%} {'' if good else 'MISSED'}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=20, help="of each cost measurement")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--run-seconds", type=int, default=8, help="of each throughput run")
    parser.add_argument("--only", choices=["cost", "throughput"])
    arguments = parser.parse_args()
    if arguments.seconds < 5 or arguments.pairs < 2:
        parser.error("--seconds must be at least 5, --pairs at least 2")
    good = arguments.only == "throughput" or cost(arguments.seconds)
    if arguments.only != "cost":
        good = throughput(arguments.pairs, arguments.run_seconds) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
