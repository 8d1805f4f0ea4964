"""tmscdp compare on real runs: the gate a team puts before its main branch."""

import json
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from tests.support.leftovers import half_written
from tests.support.stack import ROOT, SeededStack

stack = None
run = None


def setUpModule():
    """One quick run of both lists; most tests read it."""
    global stack, run
    stack = SeededStack("compare").start()
    done, result = stack.measure("50,200", {"plain": stack.client_url(list="plain"),
                                            "virtual": stack.client_url(list="virtual")},
                                 "--quick", "--soft-fail")
    assert done.returncode == 0, done.stderr
    run = next(stack.dir.glob(f"runs-*/{result['id']}"))


def tearDownModule():
    stack.stop()


def compare(*arguments, env=None, timeout=240):
    return subprocess.run(stack.command("compare", *arguments), capture_output=True, text=True,
                          env={**stack.environment(), **(env or {})}, timeout=timeout)


def variants(base, head):
    return run, "--base-variant", base, "--head-variant", head


def first_line(done):
    return done.stdout.splitlines()[0]


class Saved(unittest.TestCase):
    def test_a_list_that_lost_its_virtualization_fails(self):
        done = compare(*variants("virtual", "plain"))
        self.assertEqual(done.returncode, 99, done.stderr)
        self.assertTrue(first_line(done).startswith("FAIL: the list was virtualized and is not"))

    def test_a_run_against_itself_passes(self):
        for variant in ("plain", "virtual"):
            done = compare(*variants(variant, variant))
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertTrue(first_line(done).startswith("PASS: nothing got worse"))

    def test_the_json_says_what_the_table_says(self):
        done = compare(*variants("virtual", "plain"), "--json")
        found = json.loads(done.stdout)
        self.assertEqual(found["verdict"], "fail")
        self.assertEqual(found["virtualization"]["base"]["kind"], "virtualized")
        self.assertEqual(found["virtualization"]["head"]["kind"], "not virtualized")
        slope = next(figure for figure in found["figures"]
                     if figure["metric"] == "dom_elements_list_per_message")
        self.assertEqual(slope["state"], "worse")
        self.assertGreater(slope["head"], 20)

    def test_what_a_side_lacks_never_passes(self):
        path = self.changed(lambda result: self.metrics(result, "plain").pop("js_heap"))
        done = compare("--base", run, "--head", path, "--variant", "plain")
        self.assertEqual(done.returncode, 111, done.stdout)
        self.assertIn("head: not measured", done.stdout)
        self.assertEqual(compare("--base", path, "--head", run, "--variant", "plain").returncode, 111)

    def test_another_browser_is_refused(self):
        path = self.changed(lambda result: result["browser"].update(product="HeadlessChrome/1.0"))
        done = compare(run, path, "--variant", "plain")
        self.assertEqual(done.returncode, 111, done.stdout)
        self.assertIn('browser product is "HeadlessChrome/', done.stderr)

    def changed(self, change):
        result = json.loads((run / "result.json").read_text())
        change(result)
        path = stack.dir / "changed.json"
        path.write_text(json.dumps(result))
        return path

    def metrics(self, result, name):
        variant = next(v for v in result["measure"]["variants"] if v["name"] == name)
        return variant["stages"][-1]["metrics"]


class Files(unittest.TestCase):
    def test_a_baseline_takes_the_place_of_the_base(self):
        baseline = Path(tempfile.mkdtemp(prefix="baseline-", dir=stack.dir)) / "baseline.json"
        done = compare("--save", baseline, run, "--variant", "virtual")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(baseline.stat().st_size, 60_000)
        self.assertEqual(compare("--baseline", baseline, run, "--variant", "virtual").returncode, 0)
        done = compare("--baseline", baseline, run, "--variant", "plain")
        self.assertEqual(done.returncode, 99, done.stdout)
        self.assertEqual(half_written(baseline.parent), [])

    def test_budgets_hold_warn_and_fail(self):
        limits = [({"budgets": [{"metric": "dom_elements", "messages": 200, "error": 8000}],
                    "virtualized": "error"}, "virtual", 0, "PASS: 2 budgets hold"),
                  ({"budgets": [{"metric": "dom_elements", "messages": 200, "warn": 8000}]},
                   "plain", 0, "1 warn"),
                  ({"budgets": [{"metric": "dom_elements", "messages": 200, "error": 8000}]},
                   "plain", 99, "FAIL: 1 of 1 budgets are exceeded"),
                  ({"virtualized": "error"}, "plain", 99, "not virtualized"),
                  ({"budgets": [{"metric": "dom_elements", "messages": 150, "error": 8000}]},
                   "virtual", 111, "not measured")]
        path = stack.dir / "budgets.json"
        for content, variant, code, words in limits:
            with self.subTest(content=content, variant=variant):
                path.write_text(json.dumps(content))
                done = compare("--budgets", path, run, "--variant", variant)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                self.assertIn(words, first_line(done))

    def test_the_budgets_that_come_with_it_tell_the_lists_apart(self):
        path = ROOT / "scripts" / "ci" / "budgets.json"
        for variant, code in (("virtual", 0), ("plain", 99)):
            done = compare("--budgets", path, run, "--variant", variant)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)

    def test_what_a_ci_service_reads(self):
        junit, markdown = stack.dir / "junit.xml", stack.dir / "compare.md"
        summary = stack.dir / "summary.md"
        summary.write_text("before\n")
        done = compare(*variants("virtual", "plain"), "--junit", junit, "--markdown", markdown,
                       "--step-summary",
                       env={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)})
        self.assertEqual(done.returncode, 99, done.stderr)
        commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
        self.assertTrue(commands[0].startswith("::error title=tmscdp compare::FAIL"))
        self.assertLessEqual(sum(line.startswith("::error") for line in commands), 10)
        suites = ElementTree.parse(junit).getroot()
        cases = list(suites.iter("testcase"))
        self.assertEqual(int(suites.get("tests")), len(cases))
        self.assertEqual(int(suites.get("failures")), len(list(suites.iter("failure"))))
        self.assertIsNotNone(cases[0].find("failure"))
        self.assertEqual(summary.read_text(), "before\n" + markdown.read_text())
        rows = [line for line in markdown.read_text().splitlines() if line.startswith("| more")]
        self.assertGreater(len(rows), 5)
        self.assertEqual({row.count("|") - row.count("\\|") for row in rows}, {11})


class Live(unittest.TestCase):
    def test_both_clients_are_measured_in_turns_and_compared(self):
        runs = Path(tempfile.mkdtemp(prefix="live-", dir=stack.dir))
        done = compare("--base-url", stack.client_url(list="virtual"), "--head-url",
                       stack.client_url(list="plain"), "--runs", "1", "--max-runs", "1",
                       "--runs-dir", runs, "--", "--quick", "--messages", "50,200", "--data-dir",
                       stack.data)
        self.assertEqual(done.returncode, 99, done.stderr)
        self.assertTrue(first_line(done).startswith("FAIL: the list was virtualized and is not"))
        result = json.loads(next(runs.glob("*-compare/result.json")).read_text())
        self.assertEqual(result["state"], "complete")
        self.assertEqual(result["compare"]["verdict"], "fail")
        self.assertTrue(result["compare"]["measured_together"])
        # The block is a run like any other.
        block = next(runs.glob("*-compare/block-1/*-measure"))
        self.assertEqual(compare(block).returncode, 99)

    def test_a_measurement_that_cannot_be_made_says_why(self):
        runs = Path(tempfile.mkdtemp(prefix="live-", dir=stack.dir))
        cases = [("http://chat.example.com/", [], 112, "chat.example.com"),
                 (stack.client_url(), ["--", "--mesages", "50"], 104, "--messages")]
        for url, words, code, said in cases:
            with self.subTest(url=url, words=words):
                done = compare("--base-url", url, "--head-url", url, "--runs-dir", runs, *words)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(said, done.stderr)


class Mistakes(unittest.TestCase):
    def test_each_is_named(self):
        budgets = stack.dir / "wrong.json"
        budgets.write_text('{"budgets":[\n{"metric":"dom_element","error":1},\n{"metric":"lcp"}]}')
        cases = [
            ([], 104, "BASE and HEAD"),
            ([run], 104, "nothing to compare"),
            ([run, run], 104, "plain, virtual"),
            ([run, run, run], 104, "3 runs"),
            ([run, run, "--variant", "virtul"], 104, "virtul"),
            (["nowhere", run], 104, "nowhere"),
            ([run, "--baseline", "nowhere.json"], 104, "nowhere.json"),
            ([run, "--baseline", run / "result.json", "--variant", "plain"], 104, "no baseline"),
            ([run, "--budgets", budgets, "--variant", "plain"], 104, "wrong.json:3:"),
            ([*variants("plain", "plain"), "--only", "fps"], 104, "--only fps"),
            (["--base-url", "http://127.0.0.1:1"], 104, "--head-url"),
            ([*variants("plain", "plain"), "--step-summary"], 104, "GITHUB_STEP_SUMMARY"),
        ]
        for arguments, code, words in cases:
            with self.subTest(arguments=[str(argument) for argument in arguments]):
                done = compare(*arguments)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
