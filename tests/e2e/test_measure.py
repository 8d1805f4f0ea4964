"""The main job on real parts: measure reaches its counts in both lists and counts what is there."""

import gzip
import json
import re
import subprocess
import unittest
import urllib.request
from urllib.parse import urlparse

from tests.support.leftovers import half_written, left_in
from tests.support.stack import ROOT, SeededStack, median, stages

stack = None


def setUpModule():
    global stack
    stack = SeededStack("measure").start()
    read_everything()


def tearDownModule():
    stack.stop()


def read_everything():
    """No unread badges: which conversation a visit marks as read, and when, is a race."""
    token = json.loads((stack.data / "tokens_array.json").read_text())[0]
    ids = json.loads((stack.data / "conversation_ids.json").read_text())
    for conversation in ids["all_conversation_ids"]:
        url = f"{stack.env['BASE_URL']}/api/v1/conversations/{conversation}/mark-read"
        request = urllib.request.Request(url, method="POST",
                                         headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=10) as response:
            assert response.status == 200, response.status


def both_lists():
    return {"plain": stack.client_url(list="plain"), "virtual": stack.client_url(list="virtual")}


class WholeWalk(unittest.TestCase):
    """One measurement of both lists at three counts; every test reads its result."""

    @classmethod
    def setUpClass(cls):
        cls.done, cls.result = stack.measure("50,150,200", both_lists(), "--soft-fail")

    def test_it_ends_well_and_says_where_the_results_lie(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        self.assertIn(self.result["id"], self.done.stdout)
        self.assertEqual(self.result["state"], "complete")
        self.assertEqual(self.result["schema"], "tmscdp.run")

    def test_every_count_is_reached_by_unique_ids(self):
        for variant in both_lists():
            for count, stage in stages(self.result, variant).items():
                with self.subTest(variant=variant, count=count):
                    self.assertTrue(stage["reached"], stage.get("reason"))
                    self.assertGreaterEqual(stage["loaded"], count)
                    self.assertLess(stage["loaded"], count + 50)

    def test_the_plain_list_grows_with_the_messages(self):
        found = stages(self.result, "plain")
        for metric in ("dom_elements", "dom_elements_list", "dom_nodes"):
            low, high = median(found[50], metric), median(found[200], metric)
            self.assertGreater(high, low + 150 * 20, metric)
        self.assertEqual(median(found[200], "rendered_bubbles"), 200)

    def test_the_virtual_list_does_not_grow(self):
        found = stages(self.result, "virtual")
        for metric in ("dom_elements", "dom_elements_list"):
            low, high = median(found[50], metric), median(found[200], metric)
            self.assertLess(abs(high - low), 150, metric)
        self.assertLess(median(found[200], "rendered_bubbles"), 30)

    def test_playwright_core_counts_the_same_elements(self):
        for variant in both_lists():
            mine = stages(self.result, variant)
            for count, theirs in playwright_counts(variant).items():
                with self.subTest(variant=variant, count=count):
                    self.assertEqual(mine[int(count)]["loaded"], theirs["loaded"])
                    for metric in ("dom_elements_list", "rendered_bubbles"):
                        self.assertEqual(median(mine[int(count)], metric), theirs[metric], metric)
                    # How many script elements Next.js leaves in the head is a race of its own at
                    # every load; all other elements must agree one for one.
                    ours = median(mine[int(count)], "dom_elements") - self.scripts(variant, count)
                    self.assertEqual(ours, theirs["dom_elements"] - theirs["scripts"])

    def scripts(self, variant, count):
        raw = next(stack.dir.glob(f"runs-*/{self.result['id']}/raw/{variant}-r1-{count}.json.gz"))
        readings = json.loads(gzip.decompress(raw.read_bytes()))["readings"]
        return readings["elements"]["elements"]["scripts"]

    def test_the_first_load_has_its_vitals(self):
        loads = [variant["load"] for variant in self.result["measure"]["variants"]]
        for load in loads:
            self.assertGreater(load["metrics"]["lcp"]["median"], 0)
        # An element that React has replaced by the time of the entry has no name any more, in some
        # three loads of a hundred.
        tags = [(load.get("lcp_element") or {}).get("tag") for load in loads]
        self.assertTrue(any(tags), tags)

    def test_the_scroll_moved_and_frames_were_counted(self):
        for variant in both_lists():
            for count, stage in stages(self.result, variant).items():
                with self.subTest(variant=variant, count=count):
                    self.assertGreater(median(stage, "scroll_px"), 500)
                    self.assertGreater(median(stage, "raf_fps"), 1)

    def test_the_verdicts_tell_the_lists_apart(self):
        verdicts = {v["name"]: v["verdict"] for v in self.result["measure"]["variants"]}
        self.assertIn(verdicts["plain"], ("slows_down", "crashes"))
        for count, stage in stages(self.result, "virtual").items():
            missed = [reason["text"] for reason in stage["verdict"]["reasons"]
                      if reason["verdict"] != "fine"]
            # A machine that others keep busy may cost frames, and only frames.
            self.assertEqual([text for text in missed if "Frames per second" not in text], [], count)

    def test_frames_in_an_update_storm_fall_in_the_plain_list_only(self):
        plain = median(stages(self.result, "plain")[200], "storm_fps")
        virtual = median(stages(self.result, "virtual")[200], "storm_fps")
        self.assertLess(plain, virtual)

    def test_the_slope_says_what_one_more_message_costs(self):
        slopes = {v["name"]: v["slopes"]["dom_elements_list"]["per_message"]
                  for v in self.result["measure"]["variants"]}
        self.assertGreater(slopes["plain"], 20)
        self.assertLess(abs(slopes["virtual"]), 1)

    def test_its_own_cost_is_shown_and_small(self):
        own = self.result["self"]
        self.assertLess(own["peak_rss_bytes"], 15_000_000)
        self.assertLess(own["cpu_share"], 0.01)

    def test_no_token_is_in_any_output(self):
        tokens = json.loads((stack.data / "tokens_array.json").read_text())
        text = self.done.stdout + self.done.stderr + json.dumps(self.result)
        self.assertNotIn(tokens[0], text)
        self.assertNotRegex(text, r"eyJ[A-Za-z0-9_-]{10,}\.")

    def test_rescoring_gives_the_same_figures_without_a_browser(self):
        run = next(stack.dir.glob(f"runs-*/{self.result['id']}"))
        done = stack.tmscdp("rescore", run)
        self.assertEqual(done.returncode, 99, done.stderr)
        again = json.loads((run / "result.json").read_text())
        self.assertEqual(again["measure"], self.result["measure"])

    def test_the_report_shows_every_stage(self):
        run = next(stack.dir.glob(f"runs-*/{self.result['id']}"))
        done = stack.tmscdp("report", run)
        self.assertEqual(done.returncode, 0, done.stderr)
        page = (run / "report.html").read_text()
        self.assertGreaterEqual(len(re.findall(r"<img[^>]+src=\"data:image/png", page)), 6)
        self.assertNotRegex(page, r"(src|href)=\"https?://")
        self.assertLess(len(page), 2_000_000)
        self.assertEqual(half_written(run), [])


class QuickUnderLiveTraffic(unittest.TestCase):
    """A quick pass on a slower processor, with others posting into a small conversation."""

    @classmethod
    def setUpClass(cls):
        cls.done, cls.result = stack.measure(
            "50", {"virtual": stack.client_url(list="virtual")}, "--quick", "--live", "10/s",
            "--cpu-throttle", "2", "--network", "cable", "--soft-fail")
        cls.variant = cls.result["measure"]["variants"][0]

    @classmethod
    def tearDownClass(cls):
        read_everything()  # the posted messages are new in every other list of conversations

    def test_a_quick_pass_has_what_is_exact_and_what_targets_need(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        self.assertTrue(self.result["measure"]["quick"])
        figures = self.variant["stages"][0]["metrics"]
        for metric in ("dom_elements", "js_heap", "storm_fps", "rendered_share"):
            self.assertGreater(figures[metric]["median"], 0, metric)
        for metric in ("typing_ms", "scroll_px", "anchor_jump", "arriving_ms"):
            self.assertNotIn(metric, figures)

    def test_the_slowness_asked_for_stands_in_the_result(self):
        self.assertEqual(self.result["measure"]["cpu_throttle"], 2)
        self.assertEqual(self.result["measure"]["network"]["name"], "cable")

    def test_the_page_was_measured_while_messages_arrived(self):
        live = self.variant["live"]
        if "no_data" in live["metrics"]["live_fps"]:  # a server that others keep busy
            self.assertIn("accepted", live["metrics"]["live_fps"]["no_data"])
            return
        self.assertGreater(live["metrics"]["live_fps"]["median"], 0)
        # Four GETs of the list and three of the conversation (trap-live-requests).
        self.assertAlmostEqual(live["metrics"]["live_requests"]["median"], 7, delta=0.5)
        self.assertGreater(live["messages"], 40)


class Counts(unittest.TestCase):
    def test_a_single_count_works_alone_and_is_judged_by_what_is_rendered(self):
        done, result = stack.measure("150", {"plain": stack.client_url(list="plain")})
        self.assertEqual(done.returncode, 99, done.stderr)
        stage = stages(result, "plain")[150]
        self.assertTrue(stage["reached"])
        self.assertGreater(median(stage, "rendered_share"), 0.9)

    def test_a_count_beyond_the_conversation_is_no_data_with_the_reason(self):
        done, result = stack.measure("50,5000", {"virtual": stack.client_url(list="virtual")})
        self.assertIn(done.returncode, (99, 111), done.stderr)
        stage = stages(result, "virtual")[5000]
        self.assertFalse(stage["reached"])
        self.assertIn("201", stage["reason"])
        self.assertEqual(stage["verdict"]["verdict"], "no_data")
        self.assertTrue(stages(result, "virtual")[50]["reached"])


class Mistakes(unittest.TestCase):
    """Bad input: the exit code, one sentence, and nothing left behind."""

    def run_measure(self, *options):
        tmp = stack.dir / "tmp"
        tmp.mkdir(exist_ok=True)
        env = {**stack.environment(), "TMPDIR": str(tmp)}
        done = subprocess.run(
            stack.command("measure", "--data-dir", stack.data, "--runs-dir", stack.dir / "bad",
                          *options),
            env=env, capture_output=True, text=True, timeout=120)
        self.assertEqual(left_in(tmp), [])
        return done

    def test_mistakes_are_named(self):
        cases = [
            (["--mesages", "50"], 104, "--messages"),
            (["--messages", "50,20"], 104, "--messages"),
            (["--messages", "fifty"], 104, "--messages"),
            (["--client-url", "ftp://127.0.0.1/"], 104, "--client-url"),
            (["--client-url", "http://chat.example.com/"], 112, "chat.example.com"),
            (["--token-file", "/nowhere/tokens.json"], 104, "/nowhere/tokens.json"),
            (["--chrome", "/nowhere/chrome"], 107, "/nowhere/chrome"),
            (["--runs", "0"], 104, "--runs"),
            (["--cpu-throttle", "0"], 104, "--cpu-throttle"),
            (["--network", "5g"], 104, "slow-4g"),
            (["--live", "10"], 104, "10/s"),
            (["--live-conversation", "x"], 104, "--live"),
            (["--profile", "nonesuch"], 104, "nonesuch"),
            (["--client-url", "http://127.0.0.1:9/"], 107, "127.0.0.1:9"),
            (["--conversation", "00000000-0000-4000-8000-000000000000"], 107, "onversation"),
        ]
        for options, code, words in cases:
            with self.subTest(options=options):
                done = self.run_measure(*options)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(words, done.stderr)

    def test_a_refused_token_is_said_and_is_no_measurement(self):
        tokens = stack.dir / "bad-tokens.json"
        tokens.write_text('["not.a.token"]')
        done = self.run_measure("--messages", "50", "--token-file", tokens)
        self.assertEqual(done.returncode, 107, done.stderr)
        self.assertNotIn("not.a.token", done.stderr)


def playwright_counts(variant):
    ports = [str(urlparse(stack.env[key]).port) for key in ("CLIENT_URL", "BASE_URL")]
    done = subprocess.run(
        ["node", "playwright_counts.mjs", *ports, stack.conversation(),
         stack.data / "tokens_array.json", variant, "50,150,200"],
        cwd=ROOT / "tests" / "e2e", capture_output=True, text=True, timeout=180)
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


if __name__ == "__main__":
    unittest.main()
