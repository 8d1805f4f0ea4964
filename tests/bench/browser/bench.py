#!/usr/bin/python3
"""What a quick browser pass costs, whether its figures agree with others', and what it can bear.

    tests/bench/browser/bench.py [cost] [agree] [handles] [--repeats 3] [--runs 5] [--list plain]

cost     a quick pass of three counts, beside a well-written playwright-core script with the same
         engine, flags, waits by condition and counts, and beside the full browser with a fixed sleep
         after every step: wall time, processor time and peak memory (PSS) of the whole tree, medians
agree    counts and LCP with playwright-core; LCP, CLS and INP with web-vitals; TBT with Lighthouse
handles  a page of 100,000 elements and a conversation of 5,000 messages loaded to 2,000: time, and
         tmscdp's own peak memory; a trace of 20 MB

Without a name all three. Needs a machine with nothing else to do; packages come by the lockfile.
"""

import argparse
import gzip
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlparse

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.stack import SeededStack  # noqa: E402

COUNTS = [50, 150, 200]
CPU_POLL_S = 0.05
PSS_EVERY = 5  # polls
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
TARGETS = {"playwright-core": 0.7, "the suite's way": 1 / 3}
QUICK_TARGET_S = 8
WHOLE_TARGET_S = 90


def install(parts):
    full = Path("/usr/lib/chromium/chromium")
    if "cost" in parts and not full.exists():
        print("installing chromium, for the suite's way", file=sys.stderr)
        sudo = [] if os.getuid() == 0 else ["sudo"]
        subprocess.run([*sudo, "apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"],
                       check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    stamp = HERE / "node_modules" / ".package-lock.json"
    if stamp.exists() and stamp.stat().st_mtime >= (HERE / "package-lock.json").stat().st_mtime:
        return
    print("installing the npm packages of the lockfile", file=sys.stderr)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, check=True,
                   stdout=subprocess.DEVNULL,
                   env={**os.environ, "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
                        "PUPPETEER_SKIP_DOWNLOAD": "1"})


class Tree:
    """Processor time and memory of a process and all that descends from it, also what ended."""

    def __init__(self, pid):
        self.root = pid
        self.ticks = {}
        self.peak_pss = 0
        self.polls = 0

    def poll(self):
        parents, ticks = {}, {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    fields = Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                parents[int(entry)] = int(fields[1])
                ticks[int(entry)] = int(fields[11]) + int(fields[12])
        members = {pid for pid in parents if self.is_in(pid, parents)}
        for pid in members:
            self.ticks[pid] = max(self.ticks.get(pid, 0), ticks[pid])
        if self.polls % PSS_EVERY == 0:
            self.peak_pss = max(self.peak_pss, sum(map(pss_of, members)))
        self.polls += 1

    def is_in(self, pid, parents):
        while pid in parents:
            if pid == self.root or pid in self.ticks:
                return True
            pid = parents[pid]
        return False

    def cpu_s(self):
        return sum(self.ticks.values()) * TICK_S


def pss_of(pid):
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def run_measured(command, env=None, cwd=None):
    """{"wall_s", "cpu_s", "pss"} and what it printed; the tree is watched from outside."""
    start = time.monotonic()
    with subprocess.Popen(list(map(str, command)), env=env, cwd=cwd, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        out, err = [], []
        readers = [threading.Thread(target=lambda: out.append(process.stdout.read())),
                   threading.Thread(target=lambda: err.append(process.stderr.read()))]
        for reader in readers:
            reader.start()
        tree = Tree(process.pid)
        while process.poll() is None:
            tree.poll()
            time.sleep(CPU_POLL_S)
        wall = time.monotonic() - start
        for reader in readers:
            reader.join()
    if process.returncode not in (0, 99, 111):
        raise SystemExit(f"{command[0]} ended with {process.returncode}: {err[0][-800:]}")
    return {"wall_s": wall, "cpu_s": tree.cpu_s(), "pss": tree.peak_pss}, out[0]


class Bench:
    def __init__(self, arguments):
        self.list = arguments.list
        self.repeats = arguments.repeats
        self.runs = arguments.runs
        self.dir = tempfile.TemporaryDirectory(prefix="tmscdp-bench-browser-")
        self.flags = None
        self.failed = False

    def options(self, stack, **more):
        return json.dumps({
            "client_port": urlparse(stack.env["CLIENT_URL"]).port,
            "api_port": urlparse(stack.env["BASE_URL"]).port,
            "conversation": stack.conversation(),
            "token_file": str(stack.data / "tokens_array.json"),
            "list": self.list, "counts": COUNTS, "flags": self.flags, "dir": self.dir.name, **more})

    def node(self, stack, script, **more):
        return ["node", HERE / script, self.options(stack, **more)]

    def measure(self, stack, counts, *options):
        """The command and where its run directory will be."""
        runs = Path(tempfile.mkdtemp(dir=self.dir.name))
        return stack.command("measure", "--soft-fail", "--quiet", "--messages", counts, "--variant",
                             f"{self.list}={stack.client_url(list=self.list)}", "--data-dir",
                             stack.data, "--runs-dir", runs, *options), runs

    def learn_flags(self, stack):
        """The others start the browser with the flags that tmscdp starts it with."""
        command, runs = self.measure(stack, "50", "--quick")
        subprocess.run(command, env=stack.environment(), check=True, stdout=subprocess.DEVNULL)
        result = read_result(runs)
        self.flags = [flag for flag in result["browser"]["flags"]
                      if not flag.startswith(("--remote-debugging", "--host-resolver", "--window"))]

    def check(self, text, held):
        self.failed |= not held
        print(f"  {text}: {'kept' if held else 'MISSED'}")

    def cost(self, stack):
        print(f"\nCost of three counts ({self.list} list), median of {self.repeats}")
        ours, runs = self.measure(stack, ",".join(map(str, COUNTS)), "--quick")
        ways = {"tmscdp --quick": (ours, stack.environment(), None),
                "playwright-core": (self.node(stack, "quick.mjs"), None, HERE),
                "the suite's way": (self.node(stack, "suite.mjs"), None, HERE)}
        found = {name: [] for name in ways}
        for _ in range(self.repeats):
            for name, (command, env, cwd) in ways.items():
                found[name].append(run_measured(command, env, cwd)[0])
        middle = {name: {key: statistics.median(one[key] for one in values) for key in values[0]}
                  for name, values in found.items()}
        mine = middle["tmscdp --quick"]
        print(f"{'':18} {'wall s':>8} {'CPU s':>8} {'PSS MB':>8}   of it tmscdp's share")
        for name, one in middle.items():
            shares = " ".join(f"{mine[key] / one[key]:.2f}" for key in one)
            print(f"{name:18} {one['wall_s']:8.1f} {one['cpu_s']:8.1f} {one['pss'] / 1e6:8.0f}   {shares}")
        own = read_result(runs)["self"]
        print(f"tmscdp itself: {own['cpu_share'] * 100:.2f} % of a core in the windows, "
              f"{own['peak_rss_bytes'] / 1e6:.1f} MB")
        self.check(f"a quick pass in {QUICK_TARGET_S} s", mine["wall_s"] <= QUICK_TARGET_S)
        for name, target in TARGETS.items():
            held = all(mine[key] <= target * middle[name][key] for key in mine)
            self.check(f"at most {target:.2f} of {name} in all three", held)
        command, _ = self.measure(stack, ",".join(map(str, COUNTS)))
        whole, _ = run_measured(command, stack.environment())
        self.check(f"five repetitions of all passes in {whole['wall_s']:.0f} s of {WHOLE_TARGET_S}",
                   whole["wall_s"] <= WHOLE_TARGET_S)

    def agree(self, stack):
        print(f"\nAgreement on the same page states ({self.list} list), {self.runs} loads each")
        command, runs = self.measure(stack, ",".join(map(str, COUNTS)), "-n", self.runs)
        subprocess.run(command, env=stack.environment(), check=True, stdout=subprocess.DEVNULL)
        variant = read_result(runs)["measure"]["variants"][0]
        theirs = json.loads(run_measured(self.node(stack, "quick.mjs"), cwd=HERE)[1])
        for stage in variant["stages"]:
            other = theirs["stages"][str(stage["messages"])]
            for metric in ("dom_elements_visible", "dom_elements_list", "dom_nodes", "js_heap"):
                show(f"{metric} at {stage['messages']}", stage["metrics"][metric],
                     "playwright-core", [other[metric]])
        vitals = json.loads(run_measured(self.node(stack, "vitals.mjs", runs=self.runs), cwd=HERE)[1])
        figures = {**variant["load"]["metrics"], **variant["stages"][0]["metrics"]}
        for metric in ("lcp", "cls", "inp"):
            show(metric, figures[metric], "web-vitals", [one[metric] for one in vitals])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        house = json.loads(run_measured(
            self.node(stack, "lighthouse.mjs", runs=self.runs, debug_port=port), cwd=HERE)[1])
        for metric in ("tbt", "lcp"):
            show(metric, figures[metric], "Lighthouse", [one[metric] for one in house])

    def handles(self, stack):
        print("\nWhat it can bear")
        self.big_conversation()
        self.big_page()
        self.big_trace(stack)

    def big_conversation(self):
        stack = SeededStack("bench-big", ["--messages", "5000"], RATELIMIT_ENABLED="false").start()
        try:
            command, runs = self.measure(stack, "50,2000", "--quick", "--timeout", "10m")
            cost, _ = run_measured(command, stack.environment())
            self.tell("5,000 messages, loaded to 2,000", cost, read_result(runs))
        finally:
            stack.stop()

    def big_page(self):
        from tests.e2e import test_generic_list as generic
        runs = Path(tempfile.mkdtemp(dir=self.dir.name))
        with generic.served(items=2000, per_page=2000, extra=45) as origin:
            command = [ROOT / "build" / "tmscdp", "measure", "--profile", "generic-list", "--quick",
                       "--messages", "2000", "--conversation", "one", "--api-url", origin,
                       "--runs-dir", runs, "--variant", f"all={origin}/", "--soft-fail", "--quiet"]
            cost, _ = run_measured(command, {**os.environ, "AUTH_TOKEN": "nobody-asks"})
        result = read_result(runs)
        elements = result["measure"]["variants"][0]["stages"][0]["metrics"]["dom_elements"]
        found = f"{elements['median']:,.0f}" if "median" in elements else "(not counted)"
        self.tell(f"a page of {found} elements", cost, result)

    def big_trace(self, stack):
        """A run's own trace, blown up to 20 MB of events, read again by `rescore`'s reader."""
        command, runs = self.measure(stack, "50", "-n", "1")
        subprocess.run(command, env=stack.environment(), check=True, stdout=subprocess.DEVNULL)
        trace = next(runs.glob("*/raw/*.trace.json.gz"))
        events = json.loads(gzip.decompress(trace.read_bytes()))["traceEvents"]
        one = len(json.dumps(events))
        big = Path(self.dir.name) / "big.trace.json.gz"
        text = json.dumps({"traceEvents": events * (20_000_000 // one + 1)})
        big.write_bytes(gzip.compress(text.encode(), 1))
        program = ROOT / "build" / "bench" / "read_trace"
        if not program.exists():
            raise SystemExit("build/bench/read_trace is missing: run this by `make bench-browser`")
        done = subprocess.run([program, big], capture_output=True, text=True, check=True)
        print(f"  a trace of {len(text) / 1e6:.0f} MB: {done.stdout.strip()}")

    @staticmethod
    def tell(what, cost, result):
        stage = result["measure"]["variants"][0]["stages"][-1]
        state = "reached" if stage["reached"] else f"NOT reached: {stage['reason']}"
        print(f"  {what}: {state}; {cost['wall_s']:.1f} s, tree {cost['pss'] / 1e6:.0f} MB, tmscdp "
              f"itself {result['self']['peak_rss_bytes'] / 1e6:.1f} MB")


def read_result(runs):
    return json.loads(sorted(runs.glob("*/result.json"))[-1].read_text())


def show(what, ours, name, theirs):
    if "no_data" in ours:
        print(f"  {what:28} NO DATA: {ours['no_data']}")
        return
    middle = statistics.median(theirs)
    apart = f"{(ours['median'] / middle - 1) * 100:+.1f} %" if middle else "-"
    print(f"  {what:28} tmscdp {number(ours['median'])} ({number(ours['min'])}…{number(ours['max'])})   "
          f"{name} {number(middle)} ({number(min(theirs))}…{number(max(theirs))})   {apart}")


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help="cost, agree, handles (default: all)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--list", choices=["plain", "virtual"], default="plain")
    arguments = parser.parse_args()
    parts = arguments.parts or ["cost", "agree", "handles"]
    for part in parts:
        if part not in ("cost", "agree", "handles"):
            parser.error(f"'{part}' is no part: cost, agree or handles")
    install(parts)
    bench = Bench(arguments)
    stack = SeededStack("bench-browser", RATELIMIT_ENABLED="false").start()
    try:
        bench.learn_flags(stack)
        for part in parts:
            getattr(bench, part)(stack)
    finally:
        stack.stop()
        bench.dir.cleanup()
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
