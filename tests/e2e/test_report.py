"""What `tmscdp report` writes, read by others: Chromium and axe-core, junitparser, marked,
speedscope. The runs are fixed ones; nothing is measured here."""

import gzip
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import junitparser

from tests.golden.test_report import picture
from tests.support.stack import ROOT, TMSCDP

GOLDEN = ROOT / "tests" / "golden" / "report"
READERS = ROOT / "tests" / "e2e" / "report_readers.mjs"
PHASES = set("MXCbe")


def chromium():
    found = os.environ.get("CHROME_PATH") or shutil.which("chromium-headless-shell") \
        or shutil.which("chromium")
    if found is None:
        raise AssertionError("no Chromium: scripts/setup installs one")
    return found


def read(kind, path):
    done = subprocess.run(["node", READERS, kind, path], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "CHROME_PATH": chromium()})
    if done.returncode:
        raise AssertionError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def scroll(frames):
    """The raw file of a stage whose scroll had so many frames, every fifth late, one dropped."""
    reports = [[i, i * 16667, i * 16667 + (30000 if i % 5 == 0 else 17000),
                3 if i == 7 else 2 if i % 5 == 0 else 1, 1] for i in range(frames)]
    return {"readings": {"scroll": {"before": {"Timestamp": 107.5},
                                    "frames": {"reports": reports, "updates": frames, "janky": 1}}}}


def write_gz(path, value):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps(value).encode()))


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = Path(tempfile.mkdtemp(prefix="tmscdp-e2e-report-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        browser, load = cls.dir / "browser", cls.dir / "load"
        for source, target in (("two-lists", browser), ("load", load)):
            shutil.copytree(GOLDEN / source, target, ignore=shutil.ignore_patterns("report.*"))
        (browser / "screenshots").mkdir()
        write_gz(browser / "raw" / "plain-r1-load.json.gz",
                 {"readings": {"load_cpu": {"before": {"Timestamp": 100.0}}}})
        for at, variant in enumerate(("plain", "virtual")):
            for count in (50, 150, 200):
                (browser / "screenshots" / f"{variant}-{count}.png").write_bytes(
                    picture(1440, 900, at + count // 50))
                write_gz(browser / "raw" / f"{variant}-r1-{count}.json.gz", scroll(60))
        cls.files = {name: cls.dir / f"out.{name}" for name in
                     ("html", "markdown", "junit", "bench-json", "bencher", "chrome-trace.json")}
        words = [word for name, path in cls.files.items()
                 for word in ("--output" if name == "html" else f"--{name.removesuffix('.json')}",
                              path)]
        done = subprocess.run([TMSCDP, "report", "--quiet", *words, browser, load],
                              capture_output=True, text=True, env={"PATH": os.environ["PATH"]},
                              timeout=60)
        if done.returncode:
            raise AssertionError(done.stderr)
        cls.result = json.loads((load / "result.json").read_text())

    def test_a_browser_shows_the_page_without_a_word_or_a_request(self):
        looks = read("page", self.files["html"])
        self.assertEqual(len(looks), 5)
        text = looks[0]["text"]
        for look in looks:
            with self.subTest(**{key: look[key] for key in ("width", "scheme", "scripts")}):
                self.assertEqual(look["noise"], [])
                self.assertEqual(look["text"], text)
                self.assertEqual(look.get("overflow", 0), 0)
                self.assertEqual(look.get("violations", []), [])
        self.assertEqual([look["scripts"] for look in looks].count(False), 1)
        self.assertGreater(max(look.get("passes", 0) for look in looks), 30)
        for words in ("Frames of each scroll", "pictures a second, longest gap", "Server under load", "Socket.IO", "Database",
                      "Diagnosis", "Screenshots"):
            self.assertIn(words, text)
        self.assertLess(self.files["html"].stat().st_size, 2000000)

    def test_junit_is_read_with_its_counts(self):
        suites = junitparser.JUnitXml.fromfile(str(self.files["junit"]))
        cases = [case for suite in suites for case in suite]
        failed = [case for case in cases
                  if any(isinstance(r, junitparser.Failure) for r in case.result)]
        skipped = [case for case in cases
                   if any(isinstance(r, junitparser.Skipped) for r in case.result)]
        self.assertEqual(suites.tests, len(cases))
        self.assertEqual(suites.failures, len(failed))
        self.assertEqual(suites.skipped, len(skipped))
        names = {f"{case.classname} {case.name}" for case in failed}
        self.assertIn("tmscdp.load.poll-vote vote_latency_ms: p(95)<2000", names)
        self.assertEqual(len({(case.classname, case.name) for case in cases}), len(cases))
        for case in failed:
            self.assertEqual(case.result[0].message, case.result[0].text)
        for suite in suites:
            suite.update_statistics()

    def test_markdown_has_its_tables(self):
        summary, = read("markdown", self.files["markdown"])
        heads = [table["head"][0] for table in summary["tables"]]
        self.assertEqual(heads, ["Part", "Test", "Where"])
        self.assertLess(set(summary["kinds"]),
                        {"heading", "paragraph", "table", "list", "space", "text", "blockquote"})
        self.assertIn("rate&lt;0.10", summary["html"])
        self.assertNotIn("<script", summary["html"])
        self.assertNotIn("data:", summary["html"])

    def test_benchmark_figures_have_their_shape_and_the_json_s_numbers(self):
        lower = json.loads(self.files["bench-json"].read_text())
        higher = json.loads((self.dir / "out-higher.bench-json").read_text())
        for entry in lower + higher:
            self.assertLessEqual(set(entry), {"name", "unit", "value", "range", "extra"})
            self.assertIsInstance(entry["value"], (int, float))
        self.assertEqual(len({entry["name"] for entry in lower + higher}), len(lower + higher))
        self.assertTrue(any("rames per second" in entry["name"] for entry in higher))
        bencher = json.loads(self.files["bencher"].read_text())
        for measures in bencher.values():
            for measure in measures.values():
                self.assertLessEqual(set(measure), {"value", "lower_value", "upper_value"})
        scenario = self.result["stress"]["workloads"][0]["scenarios"][0]
        for band in scenario["bands"]:
            name = f"load/poll-vote/vote/{band['band']} VUs"
            self.assertEqual(bencher[name]["service_med_ms"]["value"], band["service_ms"]["med"])

    def test_the_trace_has_everything_on_one_clock(self):
        path = self.files["chrome-trace.json"]
        events = json.loads(path.read_text())["traceEvents"]
        self.assertEqual({event["ph"] for event in events}, PHASES)
        counters, opened = {}, []
        for event in events:
            self.assertIsInstance(event["pid"], int)
            if event["ph"] != "M":
                self.assertGreaterEqual(event["ts"], 0)
            if event["ph"] == "C":
                counters.setdefault((event["pid"], event["name"]), []).append(event["ts"])
                self.assertTrue(all(isinstance(v, (int, float)) for v in event["args"].values()))
            if event["ph"] == "b":
                opened.append((event["id"], event["name"]))
            if event["ph"] == "e":
                opened.remove((event["id"], event["name"]))
        self.assertEqual(opened, [])
        for name in ("virtual users", "latency (ms)", "lock waits", "database sessions"):
            self.assertIn(name, {key[1] for key in counters})
        for times in counters.values():
            self.assertEqual(times, sorted(times))
        frames = [event for event in events if event["ph"] == "b"]
        self.assertEqual({event["name"] for event in frames}, {"whole", "in part", "dropped"})
        shown, = read("trace", path)
        self.assertEqual(shown["noise"], [])
        self.assertIn("poll-vote", json.dumps(events))
        self.assertIn("(1/", shown["text"])


if __name__ == "__main__":
    unittest.main()
