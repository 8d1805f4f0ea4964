"""tmscdp stress against a server that misbehaves: every fault is counted under its own name, and the
run ends in time."""

import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tests.support.stack import ROOT, TMSCDP

# path → (status, outcome)
FAULTS = {
    "/ok": (200, "ok"),
    "/mute": (0, "timeout"),
    "/stall": (200, "timeout"),
    "/reset": (200, "reset"),
    "/close": (0, "reset"),
    "/short": (200, "truncated"),
    "/cut-chunk": (200, "truncated"),
    "/bad-chunk": (200, "protocol"),
    "/garbage": (0, "protocol"),
    "/not-json": (200, "bad_body"),
    "/status/404": (404, "bad_status"),
    "/redirect": (307, "bad_status"),
    "/status/409": (409, "conflict"),
    "/status/429": (429, "rate_limited"),
    "/status/500": (500, "server_error"),
    "/status/502": (502, "server_error"),
    "/status/503": (503, "pool_exhausted"),
    "/pool": (500, "pool_exhausted"),
}


def request(path):
    return {"request": {"name": path, "path": path, "timeout": "300ms", "expect": [200, 409],
                        "checks": {path: {"json": "data", "is": "array"}}}}


def workload(steps, scenario):
    return {"name": "faults", "summary": "for a test", "prefix": "", "baseline": False,
            "flows": {"f": steps}, "scenarios": {"s": {"flow": "f", **scenario}}}


class Faults(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="tmscdp-test-faults-"))
        self.addCleanup(shutil.rmtree, self.dir)
        port_file = self.dir / "port"
        self.server = subprocess.Popen([ROOT / "tests" / "fake" / "http_server.py", port_file])
        self.addCleanup(self.stop)
        deadline = time.monotonic() + 20
        while not port_file.exists():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{port_file.read_text()}"

    def stop(self):
        self.server.kill()
        self.server.wait()

    def stress(self, work, *options):
        path = self.dir / "faults.json"
        path.write_text(json.dumps(work))
        runs = self.dir / "runs"
        done = subprocess.run([TMSCDP, "stress", path, "--api-url", self.url, "--runs-dir", runs,
                               *options], capture_output=True, text=True, timeout=60,
                              env={"PATH": os.environ["PATH"], "CI": "true"})
        result = json.loads(sorted(runs.glob("*/result.json"))[-1].read_text())
        return done, result["stress"]["workloads"][0]

    def test_each_fault_is_counted_under_its_name(self):
        done, result = self.stress(workload([request(path) for path in FAULTS], {
            "executor": "per-vu-iterations", "vus": 3, "iterations": 2}))
        self.assertEqual(done.returncode, 0, done.stdout)
        counted = {row["name"]: (row["status"], row["outcome"]) for row in result["statuses"]}
        self.assertEqual(counted, FAULTS)
        self.assertTrue(all(row["count"] == 6 for row in result["statuses"]))
        failed = result["metrics"]["http_req_failed"]["values"]
        errors = [outcome for _, outcome in FAULTS.values()
                  if outcome not in ("ok", "conflict", "rate_limited")]
        self.assertEqual(failed["passes"], 6 * len(errors))
        self.assertEqual(failed["n"], 6 * (len(FAULTS) - 1))
        self.assertEqual(result["metrics"]["http_req_rate_limited"]["values"]["count"], 6)
        duration = result["metrics"]["http_req_duration"]["values"]
        self.assertEqual(duration["timed_out"], 12)
        self.assertIn("max", duration["at_least"])
        self.assertAlmostEqual(duration["max"], 300, delta=0.001)
        self.assertLess(result["seconds"], 15)

    def test_a_percentile_among_time_outs_is_a_lower_bound(self):
        work = workload([request("/mute")], {"executor": "shared-iterations", "vus": 20,
                                             "iterations": 80})
        work["thresholds"] = {"http_req_duration": ["p(95)<200", "p(95)<1000"]}
        done, result = self.stress(work)
        outcomes = {source: threshold["outcome"] for source, threshold
                    in result["metrics"]["http_req_duration"]["thresholds"].items()}
        # At least 300 ms is over 200 ms for sure; whether it is under a second nobody knows.
        self.assertEqual(outcomes, {"p(95)<200": "fail", "p(95)<1000": "no_data"})
        self.assertIn("p(95)=≥300.00ms", done.stdout)
        self.assertEqual(done.returncode, 99)

    def test_a_storm_of_500_ends_in_time(self):
        done, result = self.stress(workload([request("/status/500")], {
            "executor": "constant-vus", "vus": 20, "duration": "2s"}), "--no-thresholds")
        self.assertLess(result["seconds"], 4)
        scenario = result["scenarios"][0]
        self.assertEqual(scenario["outcomes"], {"server_error": scenario["requests"]})

    def test_a_server_that_dies_is_told_and_the_run_ends_in_time(self):
        work = workload([request("/ok"), request("/restart"), {"think": "10ms"}], {
            "executor": "constant-vus", "vus": 3, "duration": "2s"})
        done, result = self.stress(work)
        self.assertTrue(result["server_went_away"])
        self.assertGreater(result["scenarios"][0]["outcomes"]["connect"], 20)
        self.assertLess(result["seconds"], 4)

    def test_connections_closed_while_idle_are_no_errors(self):
        idle = request("/idle-close")
        done, result = self.stress(workload([idle, {"think": "120ms"}], {
            "executor": "constant-vus", "vus": 3, "duration": "2s"}))
        scenario = result["scenarios"][0]
        self.assertEqual(scenario["outcomes"], {"ok": scenario["requests"]})
        self.assertGreater(result["metrics"]["http_req_connecting"]["values"]["med"], 0)


if __name__ == "__main__":
    unittest.main()
