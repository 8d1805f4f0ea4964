#!/usr/bin/python3
"""The cost of generating load: tmscdp against wrk, h2load and autocannon on the same nginx.

    tests/bench/http/bench.py [--seconds 5] [--repeats 3] [--only WORK]
    tests/bench/http/bench.py --soak MINUTES

Kinds of work: a small body with 50 connections as fast as it goes; a page of 830 kB, with and without
looking at its JSON; 500 requests a second, evenly spaced; and the memory of a thousand virtual users,
tmscdp's alone. The generator is pinned to the first processor, nginx to the last. Told are processor
seconds per 10,000 requests and peak memory, the median of the repeats (the best of them in brackets),
and whether tmscdp keeps its targets. The programs are installed when they are missing.

--soak runs tmscdp alone for so long, at a thousand requests a second from a hundred VUs, and tells how
its memory grows after the first minute: less than 1 MB an hour is the target.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TMSCDP = ROOT / "build" / "tmscdp"
AUTOCANNON = HERE / "node_modules" / "autocannon" / "autocannon.js"
CONNECTIONS = 50
RATE = 500
SMALL_BYTES = 200
BIG_BYTES = 830_000
SOAK_VUS = 100
SOAK_WARM_SECONDS = 60
PACKAGES = {"nginx": "nginx-light", "wrk": "wrk", "h2load": "nghttp2-client", "taskset": "util-linux",
            "time": "time"}

# Processor seconds per 10,000 requests, and megabytes, that tmscdp may use.
TARGETS = {"small": (0.40, None), "big, JSON checked": (8, 15), "500/s": (1.3, None),
           "1,000 VUs": (None, 40)}
MANY_VUS = 1000

NGINX = """
daemon off; worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; default_type application/json; sendfile on; open_file_cache max=10;
  keepalive_requests 1000000000; keepalive_timeout 75s;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  server {{ listen 127.0.0.1:{port}; root {dir}/www; }}
}}
"""


def install():
    missing = [package for program, package in PACKAGES.items() if shutil.which(program) is None]
    if missing:
        print("installing", *missing, file=sys.stderr)
        sudo = [] if os.getuid() == 0 else ["sudo"]
        # nginx must not start as a service: ours is private.
        policy = Path("/usr/sbin/policy-rc.d")
        without = [] if policy.exists() else [str(policy)]
        for path in without:
            subprocess.run([*sudo, "sh", "-c", f"printf '#!/bin/sh\\nexit 101\\n' > {path}; "
                            f"chmod 755 {path}"], check=True)
        try:
            subprocess.run([*sudo, "apt-get", "install", "-y", "-q", *missing], check=True,
                           stdout=subprocess.DEVNULL,
                           env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        finally:
            for path in without:
                subprocess.run([*sudo, "rm", "-f", path], check=True)
    if not AUTOCANNON.exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=HERE, check=True)


def message(number, random_):
    def new_id():
        return str(uuid.UUID(int=random_.getrandbits(128)))
    return {"id": new_id(), "conversationId": new_id(), "senderId": new_id(),
            "content": f"Photo {number} — \"hello\" \\ there\n" + "and some more words. " * 3,
            "type": "IMAGE" if number % 2 else "FILE", "isEdited": False, "replyToId": None,
            "metadata": {"fileUrl": f"https://files.example.com/{number}.png", "size": 123456},
            "sequenceNumber": number, "createdAt": "2026-01-01T00:00:00Z",
            "reactions": [{"id": new_id(), "messageId": new_id(), "userId": new_id(),
                           "emoji": "👍", "createdAt": "2026-01-01T00:00:00Z"}
                          for _ in range(80)]}


def write_bodies(folder):
    folder.mkdir()
    small = {"ok": True, "data": [], "pad": ""}
    small["pad"] = "p" * (SMALL_BYTES - len(json.dumps(small)))
    (folder / "small.json").write_text(json.dumps(small))
    random_ = random.Random(1)
    page = {"data": [message(number, random_) for number in range(50)],
            "pagination": {"next_cursor": "seq:152", "has_more": True, "limit": 50}, "pad": ""}
    text = json.dumps(page, separators=(",", ":"), ensure_ascii=False)
    page["pad"] = "p" * (BIG_BYTES - len(text.encode()))
    text = json.dumps(page, separators=(",", ":"), ensure_ascii=False)
    (folder / "big.json").write_text(text)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_nginx(folder):
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(dir=folder, port=port))
    os.chmod(folder, 0o755)
    process = subprocess.Popen(["taskset", "-c", str(os.cpu_count() - 1), "nginx", "-c",
                                folder / "nginx.conf", "-p", folder])
    deadline = time.monotonic() + 10
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/small.json", timeout=1).close()
            return process, f"http://127.0.0.1:{port}"
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit((folder / "error.log").read_text())
            time.sleep(0.02)


def workload(path, executor, checks):
    request = {"name": "get", "path": path, "checks": checks}
    if "json" in str(checks):
        request["capture"] = {"cursor": "pagination.next_cursor"}
    return {"name": "bench", "summary": "for the bench", "prefix": "", "baseline": False,
            "flows": {"get": [{"request": request}]},
            "scenarios": {"s": {"flow": "get", **executor}}}


def many_vus():
    """As many as think for a second each: their memory counts."""
    work = workload("/small.json", {"executor": "constant-vus", "vus": MANY_VUS}, STATUS)
    work["flows"]["get"].append({"think": {"min": "500ms", "max": "1500ms"}})
    return work


def tmscdp(name, work):
    def command(origin, folder, seconds):
        work["scenarios"]["s"]["duration"] = f"{seconds}s"
        path = folder / f"{name}.json"
        path.write_text(json.dumps(work))
        return [TMSCDP, "stress", path, "--api-url", origin, "--runs-dir", folder / "runs",
                "--quiet"]
    return command, r"http_reqs\.+: (\d+)"


def wrk(path):
    def command(origin, folder, seconds):
        return ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", origin + path]
    return command, r"(\d+) requests in"


def h2load(path, *more):
    def command(origin, folder, seconds):
        return ["h2load", "--h1", f"-c{CONNECTIONS}", f"-D{seconds}", *more, origin + path]
    return command, r"requests: (\d+) total"


def autocannon(path, *more):
    def command(origin, folder, seconds):
        return ["node", AUTOCANNON, "-c", str(CONNECTIONS), "-d", str(seconds), "--json", *more,
                origin + path]
    return command, r'"2xx":(\d+)'


SATURATE = {"executor": "constant-vus", "vus": CONNECTIONS}
STATUS = {"status is 200": {"status": [200]}}
LOOK = {"is a page": {"status": [200], "json": "data", "is": "array"},
        "has images": {"json": "data[*].type", "some": ["IMAGE"]}}
WORKS = {
    "small": {
        "tmscdp": tmscdp("small", workload("/small.json", SATURATE, STATUS)),
        "wrk": wrk("/small.json"),
        "h2load": h2load("/small.json"),
        "autocannon": autocannon("/small.json"),
    },
    "big": {
        "tmscdp": tmscdp("big", workload("/big.json", SATURATE, STATUS)),
        "wrk": wrk("/big.json"),
        "h2load": h2load("/big.json"),
        "autocannon": autocannon("/big.json"),
    },
    "big, JSON checked": {
        "tmscdp": tmscdp("look", workload("/big.json", SATURATE, LOOK)),
    },
    "500/s": {
        "tmscdp": tmscdp("rate", workload(
            "/small.json", {"executor": "constant-arrival-rate", "rate": RATE,
                            "preAllocatedVUs": CONNECTIONS}, STATUS)),
        "h2load": h2load("/small.json", f"--rps={RATE // CONNECTIONS}"),
        "autocannon": autocannon("/small.json", "-R", str(RATE)),
    },
    "1,000 VUs": {
        "tmscdp": tmscdp("many", many_vus()),
    },
}


def measure(command, pattern):
    """(requests, processor seconds, peak bytes) of one run."""
    with tempfile.NamedTemporaryFile("r") as usage:
        # A child of ours would begin with our own peak of memory; time's does not.
        timed = ["/usr/bin/time", "-o", usage.name, "-f", "%U %S %M", "taskset", "-c", "0"]
        text = subprocess.run([*timed, *map(str, command)], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout
        user, system, kilobytes = usage.read().splitlines()[-1].split()
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"no number of requests in the output of {command[0]}:\n{text}")
    return int(found.group(1)), float(user) + float(system), int(kilobytes) * 1024


def bench(arguments, origin, folder):
    results = {}
    for repeat in range(arguments.repeats):
        for work, generators in WORKS.items():
            if arguments.only and arguments.only != work:
                continue
            for name, (command, pattern) in generators.items():
                requests, cpu, peak = measure(command(origin, folder, arguments.seconds), pattern)
                results.setdefault((work, name), []).append(
                    (cpu / requests * 10_000, peak / 1e6, requests / arguments.seconds))
    return results


def tell(results):
    kept = True
    print(f"{'work':18} {'generator':11} {'CPU s per 10,000':>20} {'MB':>7} {'per second':>11}")
    for (work, name), runs in results.items():
        cpu = statistics.median(run[0] for run in runs)
        best = min(run[0] for run in runs)
        peak = statistics.median(run[1] for run in runs)
        rate = statistics.median(run[2] for run in runs)
        verdict = ""
        if name == "tmscdp" and work in TARGETS:
            most_cpu, most_memory = TARGETS[work]
            holds = (most_cpu is None or cpu <= most_cpu) and (most_memory is None or
                                                               peak <= most_memory)
            kept = kept and holds
            limits = [str(most_cpu)] if most_cpu else []
            limits += [f"{most_memory} MB"] if most_memory else []
            verdict = "  target " + ", ".join(limits)
            verdict += ": kept" if holds else ": MISSED"
        print(f"{work:18} {name:11} {cpu:11.3f} ({best:.3f}) {peak:7.1f} {rate:11.0f}{verdict}")
    return kept


def resident_bytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return None


def slope(points):
    """Of the line of least squares through (x, y)."""
    middle_x = statistics.fmean(x for x, _ in points)
    middle_y = statistics.fmean(y for _, y in points)
    return (sum((x - middle_x) * (y - middle_y) for x, y in points) /
            sum((x - middle_x) ** 2 for x, _ in points))


def soak(minutes, origin, folder):
    work = workload("/small.json", {"executor": "constant-vus", "vus": SOAK_VUS},
                    {"ok": {"json": "ok", "is": "true"}})
    work["flows"]["get"].append({"think": {"min": "50ms", "max": "150ms"}})
    command, _ = tmscdp("soak", work)
    process = subprocess.Popen(command(origin, folder, minutes * 60), stdout=subprocess.DEVNULL)
    start = time.monotonic()
    points = []
    while process.poll() is None:
        elapsed = time.monotonic() - start
        # What is made at the end, to write the result, is not growth.
        if SOAK_WARM_SECONDS < elapsed < minutes * 60 - 2:
            points.append((elapsed / 3600, resident_bytes(process.pid) / 1e6))
        time.sleep(1)
    if process.returncode:
        raise SystemExit(f"tmscdp ended with {process.returncode}")
    growth = slope(points)
    print(f"{len(points)} s after the first minute: {points[0][1]:.2f} MB at first, "
          f"{points[-1][1]:.2f} MB at last, {growth:+.2f} MB an hour (target: less than 1)")
    return growth < 1


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5, help="of each run (default 5)")
    parser.add_argument("--repeats", type=int, default=3, help="taking turns (default 3)")
    parser.add_argument("--only", choices=list(WORKS), help="one kind of work")
    parser.add_argument("--soak", type=int, metavar="MINUTES", help="at least 2")
    arguments = parser.parse_args()
    if arguments.soak is not None and arguments.soak < 2:
        parser.error("--soak: at least 2 minutes")
    install()
    folder = Path(tempfile.mkdtemp(prefix="tmscdp-bench-"))
    nginx = None
    try:
        write_bodies(folder / "www")
        nginx, origin = start_nginx(folder)
        if arguments.soak is not None:
            kept = soak(arguments.soak, origin, folder)
        else:
            kept = tell(bench(arguments, origin, folder))
    finally:
        if nginx is not None:
            nginx.send_signal(signal.SIGTERM)
            nginx.wait(10)
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
