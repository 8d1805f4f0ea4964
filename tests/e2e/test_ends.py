"""The kill matrix: who dies × when. Whatever ends a measurement, nothing is left half-written, the
browser and its profile are gone, one sentence says what happened, and the exit code is the right one.
"""

import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tests.support.leftovers import descendants, half_written, left_in
from tests.support.stack import SeededStack

BROWSER_GONE_SECONDS = 2
MOMENT_SECONDS = 60
END_SECONDS = 90

stack = None


def setUpModule():
    global stack
    stack = SeededStack("ends").start()


def tearDownModule():
    stack.stop()


class Run:
    """One measurement in a private TMPDIR, watched by what it writes."""

    def __init__(self):
        self.dir = Path(tempfile.mkdtemp(prefix="ends-", dir=stack.dir))
        self.tmp = self.dir / "tmp"
        self.runs = self.dir / "runs"
        self.tmp.mkdir()
        self.stderr = open(self.dir / "stderr", "w+")
        self.process = subprocess.Popen(
            stack.command("measure", "--messages", "50,150,200", "--runs", 1, "--data-dir",
                          stack.data,
                          "--runs-dir", self.runs, "--timeout", "15s", "--variant",
                          f"plain={stack.client_url(list='plain')}"),
            env={**stack.environment(), "TMPDIR": str(self.tmp)}, stdout=subprocess.DEVNULL,
            stderr=self.stderr)

    def wait_for(self, moment):
        conditions = {
            "launched": lambda: list(self.tmp.glob("*/DevToolsActivePort")),
            "after-50": lambda: list(self.runs.glob("*/raw/*-50.json.gz")),
            "after-150": lambda: list(self.runs.glob("*/raw/*-150.json.gz")),
        }
        deadline = time.monotonic() + MOMENT_SECONDS
        while not conditions[moment]():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"never came to '{moment}': {self.said()}")
            time.sleep(0.005)

    def browser_processes(self, kind=None):
        """Process ids of this run's browser; kind: "renderer" or None for the main process."""
        found = []
        for line in descendants(str(self.tmp)):
            pid, _, words = line.partition(" ")
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
            if "headless" not in command and "chromium" not in command:
                continue
            if (f"--type={kind}" in command) if kind else ("--type=" not in command):
                found.append(int(pid))
        return found

    def said(self):
        self.stderr.seek(0)
        return self.stderr.read()

    def end(self):
        code = self.process.wait(END_SECONDS)
        return code

    def close(self):
        self.process.kill()
        self.process.wait()
        self.stderr.close()

    def result(self):
        found = list(self.runs.glob("*/result.json"))
        return json.loads(found[0].read_text()) if found else None


def renderers(run):
    """Renderer processes carry no profile path: found below the browser."""
    found = []
    for parent in run.browser_processes():
        todo = [parent]
        while todo:
            pid = todo.pop()
            for path in Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    todo += [int(word) for word in path.read_text().split()]
                except OSError:
                    continue
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if "--type=renderer" in command:
                found.append(pid)
    return found


class KillMatrix(unittest.TestCase):
    def tearDown(self):
        stack.stack("up")

    def check(self, run, codes, words=()):
        code = run.end()
        said = run.said()
        self.assertIn(code, codes, said)
        self.assertEqual(left_in(run.tmp), [])
        self.assertEqual(half_written(run.dir / "runs"), [])
        if code != -signal.SIGKILL:
            result = run.result()
            self.assertIsNotNone(result, said)
            self.assertNotEqual(result["state"], "running")
            self.assertTrue(said.strip(), "not a word on what happened")
            for word in words:
                self.assertIn(word, said)
        return run.result()

    def kill(self, moment, find, number=signal.SIGKILL):
        run = Run()
        self.addCleanup(run.close)
        run.wait_for(moment)
        pids = find(run)
        while not pids and run.process.poll() is None:
            pids = find(run)
        self.assertTrue(pids, f"nobody to kill: {run.said()}")
        for pid in pids:
            os.kill(pid, number)
        return run


def browser_case(moment, codes):
    def test(self):
        run = self.kill(moment, lambda run: run.browser_processes())
        self.check(run, codes, ["browser"])
    return test


def renderer_case(moment, codes):
    def test(self):
        run = self.kill(moment, renderers)
        result = self.check(run, codes)
        if moment != "launched":
            self.assertEqual(result["measure"]["verdict"], "crashes")
    return test


def target_case(part, moment, codes):
    def test(self):
        run = self.kill(moment, lambda run: [stack.pid(part)])
        self.check(run, codes)
    return test


def signal_case(number, moment, codes):
    def test(self):
        run = self.kill(moment, lambda run: [run.process.pid], number)
        started = time.monotonic()
        result = self.check(run, codes)
        self.assertLess(time.monotonic() - started, BROWSER_GONE_SECONDS + 1)
        if number != signal.SIGKILL:
            self.assertEqual(result["state"], "interrupted")
    return test


# A browser that dies while it is measured is a result (99); before anything could be measured it
# could not be driven (107). What a dead server or client leaves undone is NO DATA (111), and what was
# measured before is judged (99 for the plain list's slope).
MOMENTS = ("launched", "after-50", "after-150")
# The whole matrix takes minutes: `make kill-matrix`. Without it each victim dies once.
BRIEF = {("browser", "after-50"), ("renderer", "after-150"), ("client", "after-50"),
         ("server", "after-50"), ("database", "launched"), ("sigint", "launched"),
         ("sigterm", "after-150"), ("sigkill", "after-50")}
WHOLE = os.environ.get("KILL_MATRIX") == "whole"
for _moment in MOMENTS:
    _early = _moment == "launched"
    _cases = {
        "browser": browser_case(_moment, {99, 107} if _early else {99}),
        "renderer": renderer_case(_moment, {99, 107} if _early else {99}),
        "client": target_case("client", _moment, {99, 107, 111}),
        "server": target_case("server", _moment, {107, 111} if _early else {99, 111}),
        "database": target_case("postgres", _moment, {107, 111} if _early else {99, 111}),
        "sigint": signal_case(signal.SIGINT, _moment, {105}),
        "sigterm": signal_case(signal.SIGTERM, _moment, {105}),
        "sigkill": signal_case(signal.SIGKILL, _moment, {-signal.SIGKILL}),
    }
    for _who, _test in _cases.items():
        if not WHOLE and (_who, _moment) not in BRIEF:
            continue
        setattr(KillMatrix, f"test_{_who}_{_moment.replace('-', '_')}", _test)


class SecondSignal(unittest.TestCase):
    def test_a_second_signal_stops_at_once(self):
        run = Run()
        self.addCleanup(run.close)
        run.wait_for("after-50")
        run.process.send_signal(signal.SIGINT)
        run.process.send_signal(signal.SIGINT)
        self.assertEqual(run.end(), 105)
        self.assertEqual(left_in(run.tmp), [])
        self.assertEqual(half_written(run.dir / "runs"), [])


if __name__ == "__main__":
    unittest.main()
