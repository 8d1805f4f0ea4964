"""tmscdp stress against the reference chat: every workload, outputs, exit codes, integrity."""

import gzip
import json
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tests.support.leftovers import half_written
from tests.support.stack import SeededStack

WORKLOADS = ["conversations", "files", "media", "message-send", "page-cost", "poll-spike",
             "poll-vote", "reactions", "response-time", "throughput"]
SOCKETS = ["websocket", "websocket-10k", "websocket-fanout", "websocket-ramp",
           "websocket-reconnect"]

stack = None


def setUpModule():
    global stack
    stack = SeededStack("stress", RATELIMIT_ENABLED="false").start()


def tearDownModule():
    stack.stop()


def stress(*arguments, on=None, timeout=120):
    """The finished process and the result (None without one)."""
    on = on or stack
    runs = Path(tempfile.mkdtemp(prefix="runs-", dir=on.dir))
    done = on.tmscdp("stress", *arguments, "--runs-dir", runs, "--data-dir", on.data,
                     timeout=timeout)
    found = sorted(runs.glob("*/result.json"))
    assert half_written(runs) == [], half_written(runs)
    return done, json.loads(found[-1].read_text()) if found else None


def write(name, workload):
    path = stack.dir / f"{name}.json"
    path.write_text(json.dumps(workload))
    return path


def reading(**more):
    """A small workload of one GET."""
    request = {"name": "me", "path": "/users/me", "auth": "token",
               "checks": {"it is me": {"status": [200], "json": "id", "is": "string"}}}
    return {"name": "reading", "summary": "for a test",
            "flows": {"f": [{"pick": {"token": {"from": "tokens", "by": "vu"}}},
                            {"request": request}, {"think": "10ms"}]},
            "scenarios": {"s": {"executor": "constant-vus", "flow": "f", "vus": 3,
                                "duration": "2s"}}, **more}


def psql(sql):
    done = subprocess.run(["psql", "-X", "-q", "-At", "-c", sql, stack.env["DATABASE_URL"]],
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()


class Workloads(unittest.TestCase):
    def test_each_workload_is_answered_as_it_expects(self):
        done, result = stress(*WORKLOADS, "--vus", "3", "--iterations", "9", "--no-baseline",
                              "--no-thresholds", "--reset")
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertEqual([w["name"] for w in result["stress"]["workloads"]], WORKLOADS)
        for workload in result["stress"]["workloads"]:
            with self.subTest(workload["name"]):
                self.assertEqual(workload["state"], "complete")
                for scenario in workload["scenarios"]:
                    self.assertEqual(scenario["iterations"], 9)
                    self.assertEqual(scenario["errors"], 0, scenario["outcomes"])
                    self.assertGreaterEqual(scenario["requests"], 9)
                for check in workload["checks"]:
                    self.assertEqual(check["fails"], 0, check)
                for check in workload.get("integrity", {}).get("checks", []):
                    self.assertEqual(check["violations"], 0, check)

    def test_pages_are_walked_to_their_end(self):
        _, result = stress("media", "--vus", "2", "--iterations", "2", "--no-baseline")
        paginate = result["stress"]["workloads"][0]["scenarios"][1]
        self.assertEqual(paginate["requests"], 10)

    def test_uploads_are_streamed_and_found(self):
        done, result = stress("upload", "--vus", "2", "--iterations", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        metrics = result["stress"]["workloads"][0]["metrics"]
        self.assertEqual(metrics["uploads_total"]["values"]["count"], 4)
        self.assertGreater(metrics["data_sent"]["values"]["count"], 220_000_000)
        self.assertLess(result["stress"]["workloads"][0]["generator"]["peak_rss_bytes"], 40e6)
        self.assertEqual(list(Path(tempfile.gettempdir()).glob("tmscdp-upload-*")), [])

    def test_a_run_of_thousands_agrees_with_the_database(self):
        psql("DELETE FROM poll_votes")
        done, result = stress("message-send", "--vus", "20", "--duration", "4s", "--no-thresholds")
        self.assertIn(done.returncode, (0, 99, 111), done.stderr)
        workload = result["stress"]["workloads"][0]
        sent = workload["metrics"]["messages_sent_total"]["values"]["count"]
        run = result["stress"]["run"]
        # The baseline sends messages of the run as well: 60 for each of the two flows.
        self.assertEqual(int(psql(f"SELECT count(*) FROM messages WHERE content LIKE '%{run} %'")),
                         sent + 120)


class Judging(unittest.TestCase):
    def test_a_light_load_passes(self):
        done, result = stress(write("light", reading()))
        self.assertEqual(done.returncode, 0, done.stdout)
        workload = result["stress"]["workloads"][0]
        scenario = workload["scenarios"][0]
        self.assertEqual(result["stress"]["verdict"], "fine")
        self.assertEqual(scenario["baseline"]["requests"], 60)
        self.assertEqual(scenario["bands"][0]["band"], "1-15")
        self.assertEqual(scenario["bands"][0]["requests"], scenario["requests"])
        self.assertGreater(scenario["service_ms"]["p95"], 0)
        self.assertGreaterEqual(scenario["response_ms"]["p95"],
                                scenario["service_ms"]["p95"] * 0.99)
        self.assertEqual(workload["statuses"][0]["status"], 200)
        self.assertLess(workload["generator"]["cpu_share"], 0.5)

    def test_a_failed_threshold_is_99_and_may_end_the_run(self):
        threshold = {"threshold": "avg<0.001", "abortOnFail": True}
        done, result = stress(write("fails", reading(
            thresholds={"http_req_duration": [threshold]}, baseline=False,
            scenarios={"s": {"executor": "constant-vus", "flow": "f", "vus": 2,
                             "duration": "60s"}})))
        self.assertEqual(done.returncode, 99, done.stdout)
        workload = result["stress"]["workloads"][0]
        self.assertEqual(workload["state"], "aborted")
        self.assertLess(workload["seconds"], 20)
        self.assertIn("✗ http_req_duration 'avg<0.001'", done.stdout)
        done, _ = stress(stack.dir / "fails.json", "--soft-fail", "--duration", "1s")
        self.assertEqual(done.returncode, 0)

    def test_a_threshold_without_samples_is_no_data(self):
        done, _ = stress(write("none", reading(
            thresholds={"http_reqs{status:418}": ["count<5"]}, baseline=False)), "-i", "3")
        self.assertEqual(done.returncode, 111, done.stdout)
        self.assertIn("NO DATA", done.stdout)

    def test_wrong_answers_are_told_apart(self):
        workload = reading(baseline=False)
        workload["flows"]["f"] = [
            {"request": {"name": "nobody", "path": "/users/me"}},
            {"request": {"name": "shape", "path": "/health",
                         "checks": {"a list": {"json": "", "is": "array"}}}}]
        done, result = stress(write("wrong", workload), "-i", "5", "--vus", "1")
        outcomes = {(row["name"], row["outcome"]): row["count"]
                    for row in result["stress"]["workloads"][0]["statuses"]}
        self.assertEqual(outcomes[("nobody", "bad_status")], 5)
        self.assertEqual(outcomes[("shape", "bad_body")], 5)

    def test_double_votes_are_a_finding(self):
        psql("DELETE FROM poll_votes")
        poll = (stack.data / "poll_id.txt").read_text().strip()
        psql("INSERT INTO poll_votes (id, poll_id, option_id, user_id, created_at) "
             f"SELECT 'double-' || o.id, '{poll}', o.id, u.id, now() FROM users u, "
             f"(SELECT id FROM poll_options WHERE poll_id = '{poll}' LIMIT 2) o "
             "WHERE u.tms_user_id = 'stress_tms_0050'")
        try:
            done, result = stress("poll-vote", "-i", "6", "--vus", "2", "--no-baseline",
                                  "--no-thresholds")
        finally:
            psql("DELETE FROM poll_votes WHERE id LIKE 'double-%'")
        votes = result["stress"]["workloads"][0]["integrity"]["checks"][0]
        self.assertEqual(votes["violations"], 1)
        self.assertIn("2 rows", votes["text"])
        self.assertEqual(done.returncode, 99)

    def test_lost_messages_are_a_finding(self):
        runs = Path(tempfile.mkdtemp(prefix="runs-", dir=stack.dir))
        process = subprocess.Popen(
            stack.command("stress", "message-send", "--vus", "2", "-d", "3s", "--no-baseline",
                          "--no-thresholds", "--runs-dir", runs, "--data-dir", stack.data),
            env=stack.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        found = ("SELECT id FROM messages WHERE content LIKE 'load %' AND created_at > "
                 f"'{psql('SELECT now()')}' ORDER BY created_at DESC")
        deadline = time.monotonic() + 20
        while len(psql(found).split()) < 4:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        # Not the newest: it may not have been answered yet.
        psql(f"WITH gone AS ({found} OFFSET 2 LIMIT 2), status AS (DELETE FROM message_status "
             "WHERE message_id IN (SELECT id FROM gone)) "
             "DELETE FROM messages WHERE id IN (SELECT id FROM gone)")
        said, _ = process.communicate(timeout=60)
        result = json.loads(next(runs.glob("*/result.json")).read_text())
        checks = {c["name"]: c for c in result["stress"]["workloads"][0]["integrity"]["checks"]}
        self.assertEqual(checks["messages"]["violations"], 2, checks)
        self.assertIn("2 lost", checks["messages"]["text"])
        self.assertEqual(process.returncode, 99, said)


class Ends(unittest.TestCase):
    def test_mistakes_are_104_and_all_told(self):
        done, result = stress(write("bad", {"name": "x", "summary": "y", "flows": {},
                                            "scenarios": {"s": {"executor": "constant"}}}))
        self.assertEqual(done.returncode, 104)
        self.assertIsNone(result)
        self.assertIn("scenarios.s.executor", done.stderr)
        self.assertIn("scenarios.s: \"flow\" is missing", done.stderr)
        for words in (["no-such-scenario"], [], ["poll-vote", "--stage", "x"],
                      ["poll-vote", "--out", "csv=x"], ["poll-vote", "--threads", "0"],
                      ["poll-vote", "--tag", "x"], ["poll-vote", "--summary-trend-stats", "mean"]):
            self.assertEqual(stress(*words)[0].returncode, 104, words)

    def test_other_hosts_are_refused(self):
        done, result = stress("poll-vote", "--api-url", "http://192.0.2.1:8000", "-d", "1s")
        self.assertEqual(done.returncode, 112)
        self.assertIsNone(result)
        self.assertIn("192.0.2.1", done.stderr)

    def test_a_server_that_is_not_there_is_107(self):
        done, result = stress("poll-vote", "--api-url", "http://127.0.0.1:1", "-d", "1s")
        self.assertEqual(done.returncode, 107)
        self.assertEqual(result["state"], "failed")

    def test_missing_data_is_named(self):
        empty = tempfile.mkdtemp(dir=stack.dir)
        done = stack.tmscdp("stress", "poll-vote", "--data-dir", empty, "--runs-dir", empty)
        self.assertEqual(done.returncode, 104)
        self.assertIn("tmscdp seed", done.stderr)

    def test_a_signal_writes_what_there_is(self):
        runs = Path(tempfile.mkdtemp(prefix="runs-", dir=stack.dir))
        out = runs / "samples.json"
        process = subprocess.Popen(
            stack.command("stress", "poll-vote", "--vus", "5", "--duration", "60s",
                          "--no-baseline", "--runs-dir", runs, "--data-dir", stack.data, "--out",
                          f"json={out}"),
            env=stack.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 30
        while not (out.exists() and out.read_text().count("vote_latency_ms") > 20):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 105, said)
        result = json.loads(next(runs.glob("*/result.json")).read_text())
        self.assertEqual(result["state"], "interrupted")
        workload = result["stress"]["workloads"][0]
        self.assertEqual(workload["state"], "interrupted")
        self.assertGreater(workload["scenarios"][0]["requests"], 0)
        self.assertEqual(workload["scenarios"][0]["interrupted_iterations"], 0)


class Outputs(unittest.TestCase):
    def test_samples_and_summary_in_k6s_forms_agree_with_the_result(self):
        out = stack.dir / "samples.json.gz"
        summary = stack.dir / "summary.json"
        done, result = stress("poll-vote", "--vus", "4", "--duration", "3s", "--no-baseline",
                              "--no-thresholds", "--out", f"json={out}", "--summary-export",
                              summary, "--tag", "build=7", "--seed", "5")
        self.assertEqual(done.returncode, 0, done.stderr)
        metrics = result["stress"]["workloads"][0]["metrics"]
        seen, counts, durations = set(), {}, []
        with gzip.open(out, "rt") as lines:
            for line in map(json.loads, lines):
                if line["type"] == "Metric":
                    self.assertNotIn(line["metric"], seen)
                    seen.add(line["metric"])
                    continue
                self.assertIn(line["metric"], seen)
                self.assertEqual(line["data"]["tags"]["build"], "7")
                counts[line["metric"]] = counts.get(line["metric"], 0) + 1
                if line["metric"] == "vote_latency_ms":
                    durations.append(line["data"]["value"])
        requests = metrics["http_reqs"]["values"]["count"]
        self.assertEqual(counts["http_reqs"], requests)
        self.assertEqual(counts["vote_errors"], requests)
        values = metrics["vote_latency_ms"]["values"]
        self.assertAlmostEqual(values["avg"], sum(durations) / len(durations), delta=0.001)
        self.assertAlmostEqual(values["max"], max(durations), delta=0.001)
        exported = json.loads(summary.read_text())
        self.assertEqual(exported["metrics"]["http_reqs"]["count"], requests)
        self.assertEqual(exported["metrics"]["vote_latency_ms"]["med"], values["med"])
        check = exported["root_group"]["checks"]["vote was taken"]
        self.assertEqual((check["passes"], check["fails"]), (requests, 0))

    def test_json_on_stdout_is_the_result(self):
        done, result = stress(write("again", reading(baseline=False)), "-i", "3", "--json")
        self.assertEqual(json.loads(done.stdout), result)

    def test_raw_histograms_hold_every_sample(self):
        runs = Path(tempfile.mkdtemp(prefix="runs-", dir=stack.dir))
        stack.tmscdp("stress", write("raw", reading()), "--data-dir", stack.data, "--runs-dir", runs)
        found = next(runs.glob("*"))
        result = json.loads((found / "result.json").read_text())
        requests = result["stress"]["workloads"][0]["metrics"]["http_reqs"]["values"]["count"]
        with gzip.open(found / "raw" / "reading-series.json.gz", "rt") as file:
            series = {item["metric"]: item for item in json.load(file)["series"]
                      if item["selector"] is None}
        self.assertEqual(series["http_req_duration"]["histogram"]["count"], requests)
        with gzip.open(found / "raw" / "reading-timeline.json.gz", "rt") as file:
            timeline = json.load(file)
        column = timeline["columns"].index("requests")
        self.assertEqual(sum(row[column] for row in timeline["seconds"]), requests)

    def test_no_token_is_written_anywhere(self):
        token = json.loads((stack.data / "tokens_array.json").read_text())[0]
        runs = Path(tempfile.mkdtemp(prefix="runs-", dir=stack.dir))
        done = stack.tmscdp("stress", write("quiet", reading(baseline=False)), "-i", "3", "-v",
                            "--data-dir", stack.data, "--runs-dir", runs, "--out",
                            f"json={runs / 'out.json'}")
        texts = [done.stdout, done.stderr] + [path.read_text() for path in runs.rglob("*.json")]
        for text in texts:
            self.assertNotIn(token[:40], text)

    def test_list_and_dry_run_ask_nobody(self):
        done = stack.tmscdp("stress", "--list")
        self.assertEqual(sorted(line.split()[0] for line in done.stdout.splitlines()),
                         sorted(WORKLOADS + ["upload"] + SOCKETS))
        done = stack.tmscdp("stress", "poll-vote", "--dry-run", "--api-url", "http://127.0.0.1:1",
                            "--data-dir", "/nowhere")
        self.assertEqual(done.returncode, 0)
        self.assertIn("POST /api/v1/polls/${poll}/vote", done.stdout)
        self.assertIn("p(95)<2000", done.stdout)


class Limiter(unittest.TestCase):
    def test_a_run_of_429s_is_inconclusive_and_says_why(self):
        send = {"name": "send", "method": "POST", "path": "/messages/", "auth": "token",
                "json": {"conversation_id": "${place}", "content": "${serial}", "type": "TEXT"},
                "expect": [201]}
        sends = reading(baseline={"requests": 20})
        # A small group: sending into the large one takes too long to come near the limit.
        sends["flows"]["f"][1:] = [{"pick": {"place": {"from": "extra_groups", "first": 1}}},
                                   {"request": send}, {"think": "10ms"}]
        limited = SeededStack("stress-limited").start()
        try:
            done, result = stress(write("sends", sends), on=limited)
        finally:
            limited.stop()
        self.assertEqual(done.returncode, 111, done.stdout)
        scenario = result["stress"]["workloads"][0]["scenarios"][0]
        self.assertGreater(scenario["outcomes"]["rate_limited"], 5)
        self.assertEqual(scenario["errors"], 0)
        self.assertIn("RATELIMIT_ENABLED=false", done.stdout)


if __name__ == "__main__":
    unittest.main()
