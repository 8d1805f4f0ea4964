#!/usr/bin/python3
"""A report of 1,000,000 samples: seconds and memory.

    tests/bench/report/million.py           make the run, report it three times, say what it took
    tests/bench/report/million.py --rows N  of another size

The run holds a million rows over time (the database's samples), histograms of a million requests
and a timeline of an hour. Fails when the best of three takes over 2 s or any over 100 MB.
"""

import argparse
import gzip
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOAD = ROOT / "tests" / "golden" / "report" / "load"
SECONDS_MOST, BYTES_MOST = 2.0, 100e6


def write_rows(path, columns, key, rows):
    with gzip.open(path, "wt", compresslevel=1) as out:
        out.write(json.dumps({"columns": columns})[:-1] + f', "{key}": [')
        for at, row in enumerate(rows):
            out.write((",\n" if at else "") + json.dumps(row))
        out.write("]}")


def make_run(folder, rows):
    random.seed(1)
    (folder / "raw").mkdir(parents=True)
    shutil.copy(LOAD / "result.json", folder)
    columns = json.loads(gzip.decompress(
        (LOAD / "raw" / "poll-vote-database.json.gz").read_bytes()))["columns"]
    write_rows(folder / "raw" / "poll-vote-database.json.gz", columns, "samples",
               ([round(i * 0.1, 2), *(random.randrange(30) for _ in columns[1:-4]),
                 round(random.random() * 900, 3), None, 0.25, round(random.random(), 4)]
                for i in range(rows)))
    names = ["at_s", "vus", "requests", "errors", "rate_limited", "iterations", "dropped", "p50_ms",
             "p95_ms", "max_ms"]
    write_rows(folder / "raw" / "poll-vote-timeline.json.gz", names, "seconds",
               ([i + 1.000123, i % 100, 280, i % 3, 0, 280, 0, 12.25 + i % 7, 48.5, 320.125]
                for i in range(3600)))


def measure(folder):
    start = time.monotonic()
    process = subprocess.Popen([ROOT / "build" / "tmscdp", "report", "-q", folder],
                               stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"report ended with {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=1000000)
    rows = parser.parse_args().rows
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory(prefix="tmscdp-bench-report-") as temporary:
        folder = Path(temporary) / "run"
        make_run(folder, rows)
        taken = [measure(folder) for _ in range(3)]
        page = (folder / "report.html").stat().st_size
    for seconds, cpu, memory in taken:
        print(f"{rows:,} rows: {seconds:.2f} s ({cpu:.2f} s of CPU), {memory / 1e6:.1f} MB")
    print(f"page: {page / 1e3:.0f} kB")
    best, memory = min(taken)[0], max(entry[2] for entry in taken)
    if best > SECONDS_MOST or memory > BYTES_MOST or page > 2e6:
        sys.exit(f"over {SECONDS_MOST} s, {BYTES_MOST / 1e6:.0f} MB or 2 MB of page")


if __name__ == "__main__":
    main()
