#!/usr/bin/python3
"""What Socket.IO connections cost tmscdp, beside node's socket.io-client, on the real server.

    tests/bench/sockets/bench.py [--sizes 200,1000,5000,10000] [--rate 500] [--only PART]

PART is one of connect, most, fanout, exact. The server is npm's `socket.io`, pinned to the last
processor, the client to the first. Told are

  connect  for each size: connections without a failure, processor milliseconds and kilobytes for each
           connection beyond the first, and the share of a core that holding them takes;
  most     19,900 connections in one process, against as many server processes as they need;
  fanout   2,000 members and 10 messages a second: deliveries, and how long a message lay in the kernel
           before it was stamped (stamp_delay.c, loaded in front of the C library);
  exact    the deliveries of a server with known faults (tests/fake/socketio_server.py): every count,
           and the median time within 1 ms.

Ends with 0 when tmscdp keeps its targets.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TMSCDP = ROOT / "build" / "tmscdp"
FAKE = ROOT / "tests" / "fake" / "socketio_server.py"
DEADLINE_SECONDS = 30
MOST = 19_900
WORKER_HOLDS = 15_000
TOKENS = 300
KB_TARGET, CPU_MS_TARGET, IDLE_TARGET, STAMP_US_TARGET, EXACT_MS = 2.5, 0.16, 0.01, 1000, 1.0

CONNECT = {"connect": {"name": "connect", "auth": "token", "timeout": "60s"}}
MEMBER = [{"pick": {"token": {"from": "tokens", "by": "vu"}}}, CONNECT, {"hold": "end"}]
POST = [{"pick": {"token": {"from": "tokens", "by": "random"}}},
        {"request": {"name": "post", "method": "POST", "path": "/messages/", "auth": "token",
                     "json": {"conversation_id": "room-1", "content": "x ${run} ${serial}"},
                     "expect": [201], "fanout": "room-1"}}]


class Bench:
    def __init__(self, rate):
        self.rate = rate
        self.dir = Path(tempfile.mkdtemp(prefix="tmscdp-bench-sockets-"))
        self.failed = []
        data = self.dir / "data"
        data.mkdir()
        (data / "tokens_array.json").write_text(
            json.dumps([f"token-of-user-{i:04}" for i in range(TOKENS)]))
        cores = sorted(os.sched_getaffinity(0))
        self.client_core, self.server_core = str(cores[0]), str(cores[-1])

    def check(self, what, holds):
        print(f"  {'ok  ' if holds else 'MISS'} {what}")
        if not holds:
            self.failed.append(what)

    def serve(self, command):
        port_file = Path(tempfile.mktemp(prefix="port-", dir=self.dir))
        server = subprocess.Popen(["taskset", "-c", self.server_core, *command(port_file)])
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not port_file.exists():
            if time.monotonic() > deadline or server.poll() is not None:
                server.kill()
                raise SystemExit("the server did not start")
            time.sleep(0.02)
        return server, f"http://127.0.0.1:{port_file.read_text()}"

    def npm_server(self, workers=1):
        return self.serve(lambda port: ["node", HERE / "server.mjs", port, str(workers)])

    def stress(self, url, content, **env):
        file = self.dir / "workload.json"
        file.write_text(json.dumps({"name": "bench", "summary": "bench", "baseline": False,
                                    **content}))
        shutil.rmtree(self.dir / "runs", ignore_errors=True)
        done = subprocess.run(
            ["taskset", "-c", self.client_core, TMSCDP, "stress", file, "--api-url", url,
             "--data-dir", self.dir / "data", "--runs-dir", self.dir / "runs", "--quiet"],
            env={**os.environ, **env}, capture_output=True, text=True)
        found = list(self.dir.glob("runs/*/result.json"))
        if not found:
            raise SystemExit(done.stderr)
        return json.loads(found[0].read_text())["stress"]["workloads"][0]

    def hold(self, url, count, hold_s):
        """One connection for a while, then all of them: what the others cost beyond the first."""
        ramp_s = max(1, round(count / self.rate))
        stages = [(0.1, 1), (2, 1), (ramp_s, count), (hold_s, count)]
        result = self.stress(url, {
            "flows": {"member": MEMBER},
            "scenarios": {"members": {
                "executor": "ramping-vus", "flow": "member",
                "stages": [{"duration": f"{s}s", "target": n} for s, n in stages]}}})
        sockets = result["sockets"]
        first, held = sockets["plateaus"][0], sockets["plateaus"][-1]
        return {
            "connected": sockets["connections"]["connected"],
            "failed": sockets["connections"]["failed"] + sockets["connections"]["dropped"],
            "server": held.get("server_count"),
            "cpu_ms": held["connect_cpu_ms"],
            "kb": (held["rss_bytes"] - first["rss_bytes"]) / 1024 / (count - 1),
            "idle": held["cpu_share"],
            "cleanup_ms": sockets.get("cleanup_ms"),
        }

    def node(self, url, count):
        done = subprocess.run(
            ["taskset", "-c", self.client_core, "node", "--expose-gc", HERE / "client.mjs", url,
             str(count), str(self.rate)], capture_output=True, text=True, timeout=600)
        return json.loads(done.stdout)

    def connect(self, sizes):
        print("\nconnect: the rest of the connections, beyond the first")
        print(f"  {'client':<18}{'connections':>12}{'failed':>8}{'CPU ms each':>13}{'kB each':>9}"
              f"{'idle':>8}")
        for count in sizes:
            server, url = self.npm_server()
            try:
                ours = self.hold(url, count, 10)
                theirs = self.node(url, count)
            finally:
                server.kill()
                server.wait()
            print(f"  {'tmscdp':<18}{ours['connected']:>12}{ours['failed']:>8}"
                  f"{ours['cpu_ms']:>13.3f}{ours['kb']:>9.2f}{ours['idle']:>8.2%}")
            print(f"  {'socket.io-client':<18}{theirs['connected']:>12}{theirs['failed']:>8}"
                  f"{theirs['cpu_ms']:>13.3f}{theirs['kb']:>9.2f}{'':>8}")
            self.check(f"{count}: all connected, and the server counts them",
                       ours["connected"] == count == ours["server"] and ours["failed"] == 0)
            if count >= 2000:  # below that what is allocated once weighs more
                self.check(f"{count}: at most {KB_TARGET} kB each", ours["kb"] <= KB_TARGET)
            if count >= 1000:
                self.check(f"{count}: at most {CPU_MS_TARGET} ms each",
                           ours["cpu_ms"] <= CPU_MS_TARGET)
            self.check(f"{count}: idle below {IDLE_TARGET:.0%} of a core",
                       ours["idle"] < IDLE_TARGET)

    def most(self):
        workers = -(-MOST // WORKER_HOLDS)
        print(f"\nmost: {MOST} connections in one process, {workers} server processes")
        server, url = self.npm_server(workers)
        try:
            ours = self.hold(url, MOST, 10)
        finally:
            server.terminate()
            server.wait()
        print(f"  {ours['connected']} connected, {ours['failed']} failed, {ours['cpu_ms']:.3f} ms and "
              f"{ours['kb']:.2f} kB each, idle {ours['idle']:.2%}, clean-up {ours['cleanup_ms']} ms")
        self.check(f"{MOST} connected without a failure",
                   ours["connected"] == MOST and ours["failed"] == 0)

    def fanout(self, members=2000):
        print(f"\nfanout: {members} members, 10 messages a second")
        library = self.dir / "stamp_delay.so"
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, HERE / "stamp_delay.c",
                        "-ldl"], check=True)
        delays = self.dir / "delays.json"
        server, url = self.npm_server()
        ramp_s = max(1, round(members / self.rate))
        try:
            result = self.stress(url, {
                "flows": {"member": MEMBER, "post": POST},
                "scenarios": {
                    "members": {"executor": "ramping-vus", "flow": "member", "stages": [
                        {"duration": f"{ramp_s}s", "target": members},
                        {"duration": "26s", "target": members}]},
                    "posts": {"executor": "constant-arrival-rate", "flow": "post", "rate": 10,
                              "duration": "20s", "startTime": f"{ramp_s + 2}s",
                              "preAllocatedVUs": 20}},
                "fanout": {"late": "1s", "window": "3s"}},
                LD_PRELOAD=str(library), STAMP_DELAY_FILE=str(delays))
        finally:
            server.kill()
            server.wait()
        fanout = result["sockets"]["fanout"]
        stamp = json.loads(delays.read_text())
        print(f"  {fanout['messages']} messages, {fanout['expected']} deliveries expected, "
              f"{fanout['lost']} lost, {fanout['duplicates']} doubled, last recipient after "
              f"{fanout['last_ms']['med']:.1f} ms (median)")
        print(f"  in the kernel until stamped: median {stamp['med_us']} µs, p95 {stamp['p95_us']} µs, "
              f"p99 {stamp['p99_us']} µs, n={stamp['n']}")
        for doubt in result["generator"]["inconclusive"]:
            print(f"  INCONCLUSIVE: {doubt}")
        self.check("nothing lost, doubled or out of order",
                   fanout["expected"] > 0 and fanout["lost"] == fanout["duplicates"] == 0 ==
                   fanout["order_violations"])
        self.check(f"median until stamped below {STAMP_US_TARGET} µs",
                   stamp["med_us"] < STAMP_US_TARGET)

    def exact(self, members=40):
        print(f"\nexact: known faults, {members} members")
        server, url = self.serve(lambda port: [FAKE, port])
        try:
            result = self.stress(url, {
                "flows": {"member": MEMBER, "post": POST},
                "scenarios": {
                    "members": {"executor": "ramping-vus", "flow": "member", "stages": [
                        {"duration": "300ms", "target": members},
                        {"duration": "13s", "target": members}]},
                    "posts": {"executor": "constant-arrival-rate", "flow": "post", "rate": 20,
                              "duration": "10s", "startTime": "800ms", "preAllocatedVUs": 20}},
                "fanout": {"late": "1s", "window": "1500ms"}})
            with urllib.request.urlopen(f"{url}/truth", timeout=10) as answer:
                truth = json.load(answer)
        finally:
            server.kill()
            server.wait()
        fanout = result["sockets"]["fanout"]
        deliveries = sorted(truth["deliveries"])
        told = {"messages": fanout["messages"], "lost": fanout["lost"],
                "doubled": fanout["duplicates"], "out_of_order": fanout["order_violations"],
                "deliveries": fanout["delivered"]}
        true = {key: len(deliveries) if key == "deliveries" else value
                for key, value in truth.items()}
        print(f"  told {told}\n  true {true}")
        self.check("every count is the server's own", told == true)
        figures = result["metrics"]["fanout_delivery"]["values"]
        median = deliveries[len(deliveries) // 2]
        print(f"  median told {figures['med']:.2f} ms, true {median:.2f} ms")
        self.check(f"the median within {EXACT_MS} ms", abs(figures["med"] - median) <= EXACT_MS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="200,1000,5000,10000")
    parser.add_argument("--rate", type=int, default=500, help="connections a second")
    parser.add_argument("--only", choices=("connect", "most", "fanout", "exact"))
    given = parser.parse_args()
    if not (HERE / "node_modules" / "socket.io").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=HERE, check=True)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # for the servers
    bench = Bench(given.rate)
    try:
        if given.only in (None, "connect"):
            bench.connect([int(size) for size in given.sizes.split(",")])
        if given.only in (None, "most"):
            bench.most()
        if given.only in (None, "fanout"):
            bench.fanout()
        if given.only in (None, "exact"):
            bench.exact()
    finally:
        shutil.rmtree(bench.dir, ignore_errors=True)
    if bench.failed:
        print("\nmissed:", *bench.failed, sep="\n  ")
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
