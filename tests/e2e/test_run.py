"""The whole suite in one command, interrupted and taken up again; the browser paired with a load."""

import json
import re
import signal
import subprocess
import time
import unittest

from tests.support.stack import SeededStack

PARTS = ["health", "seed", "websocket", "message-send", "poll-vote", "reset-votes", "reactions",
         "media", "files", "reset", "browser", "report"]
WANTED = {"health", "seed", "reset-votes", "browser", "report"}
BEGIN_SECONDS = 60

chat = SeededStack("run", RATELIMIT_ENABLED="false")


def setUpModule():
    chat.start()


def tearDownModule():
    chat.stop()


def rows(result):
    return {row["name"]: row for row in result["run"]["parts"]}


def psql(sql):
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql,
                           chat.env["DATABASE_URL"]], capture_output=True, text=True, check=True)
    return done.stdout.strip()


class Run(unittest.TestCase):
    def only_run(self):
        found = sorted((chat.dir / "suite").glob("*-run"))
        self.assertEqual(len(found), 1, "a continued run keeps its directory")
        return found[0]

    def interrupt_at(self, part):
        """Starts a run and ends it politely when that part has begun; its exit code and words."""
        process = subprocess.Popen(
            chat.command("run", "--quick", "--only", "reset-votes,browser", "--messages", "50",
                         "--data-dir", chat.data, "--runs-dir", chat.dir / "suite"),
            env=chat.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            said = []
            deadline = time.monotonic() + BEGIN_SECONDS
            for line in process.stderr:
                said.append(line)
                if line.startswith(f"{part}: begins"):
                    break
                self.assertLess(time.monotonic(), deadline)
            process.send_signal(signal.SIGTERM)
            _, rest = process.communicate(timeout=60)
            return process.returncode, "".join(said) + rest
        finally:
            process.kill()
            process.wait()

    def test_1_an_interrupted_run_goes_on_where_it_was_and_ends_with_every_row(self):
        code, said = self.interrupt_at("browser")
        self.assertEqual(code, 105, said)
        self.assertRegex(said, "run --continue .*-run")
        first = self.only_run()
        before = json.loads((first / "result.json").read_text())
        self.assertEqual(before["state"], "interrupted")
        self.assertEqual(rows(before)["browser"]["state"], "interrupted")
        self.assertEqual(rows(before)["reset-votes"]["state"], "done")
        # What there is, if anything, was reported all the same.
        self.assertIn(rows(before)["report"]["state"], ("done", "not run"))

        done = chat.tmscdp("run", "--continue", first)
        result = json.loads((self.only_run() / "result.json").read_text())
        self.assertEqual(result["state"], "complete", done.stderr)
        self.assertEqual([row["name"] for row in result["run"]["parts"]], PARTS)
        for name, row in rows(result).items():
            self.assertEqual(row["state"], "done" if name in WANTED else "left out", row)
        # What was done is not done again; what was cut off is.
        self.assertEqual(rows(result)["reset-votes"], rows(before)["reset-votes"])
        self.assertNotIn("reset-votes: begins", done.stderr)
        self.assertIn("browser: begins", done.stderr)
        self.assertEqual(done.returncode, result["run"]["exit_code"])
        # The part is an ordinary run, the page tells of it, and nothing half-made is left.
        part = json.loads((first / "browser" / "result.json").read_text())
        self.assertEqual(part["measure"]["verdict"], rows(result)["browser"]["verdict"])
        self.assertIn("<!DOCTYPE html>", (first / "report.html").read_text()[:100])
        self.assertEqual(list(first.glob("*.making")), [])

    def test_2_a_continued_run_is_of_the_same_chat(self):
        done = chat.tmscdp("run", "--continue", self.only_run(), "--data-dir", "elsewhere")
        self.assertEqual(done.returncode, 104)
        self.assertIn("--data-dir is elsewhere, but the run that is continued was begun with",
                      done.stderr)

    def test_3_a_database_of_somebody_elses_is_not_seeded_unasked(self):
        cleaned = chat.tmscdp("seed", "--clean", "--data-dir", chat.data)
        self.assertEqual(cleaned.returncode, 0, cleaned.stderr)
        psql("INSERT INTO users (id, tms_user_id, settings_json, is_active, is_leader, created_at,"
             " updated_at) VALUES ('somebody', 'somebody', '{}', true, false, now(), now())")
        words = ("run", "--only", "reset-votes", "--data-dir", chat.data, "--runs-dir",
                 chat.dir / "foreign")
        try:
            refused = chat.tmscdp(*words)
            self.assertEqual(refused.returncode, 112, refused.stderr)
            self.assertIn("1 users of somebody else's and none of ours", refused.stdout)
            self.assertRegex(refused.stdout, r"reset-votes .*not run: the chat is not seeded")
            self.assertEqual(psql("SELECT count(*) FROM users"), "1")
        finally:
            asked = chat.tmscdp(*words, "--seed")
        self.assertEqual(asked.returncode, 0, asked.stderr + asked.stdout)
        self.assertEqual(psql("SELECT count(*) FROM users"), "101")
        psql("DELETE FROM users WHERE id = 'somebody'")


class Pair(unittest.TestCase):
    def test_messages_are_followed_to_their_bubbles_idle_and_under_load(self):
        done = chat.tmscdp("pair", "--measure", "50", "--with", "poll-vote,files", "--vus", "1",
                           "--blocks", "1", "--window", "1500ms", "--every", "500ms", "--reset",
                           "--data-dir", chat.data, "--runs-dir", chat.dir / "pairs")
        found = list((chat.dir / "pairs").glob("*-pair"))
        self.assertEqual(len(found), 1, done.stderr)
        result = json.loads((found[0] / "result.json").read_text())
        # How busy the machine is meanwhile is not this test's to say.
        self.assertIn(done.returncode, (0, 111), done.stderr)
        pair = result["pair"]
        self.assertEqual(done.returncode == 111, bool(pair["inconclusive"]))
        self.assertEqual([phase["loaded"] for phase in pair["phases"]],
                         [False, True, True, False])
        for phase in pair["phases"]:
            bubbles = phase["bubbles"]
            self.assertEqual((bubbles["posted"], bubbles["answered"], bubbles["seen"]), (3, 3, 3))
            self.assertEqual(len(bubbles["messages"]), 3, phase)
            for message in bubbles["messages"]:
                self.assertGreaterEqual(message["server_ms"], 0)
                self.assertGreaterEqual(message["script_ms"], -phase["clock_error_ms"] - 1)
                self.assertLess(message["total_ms"], 30_000)
        metrics = {metric["name"]: metric for metric in pair["metrics"]}
        for name in ("bubble_ms", "bubble_server_ms", "lcp_ms", "scroll_ms", "raf_fps"):
            self.assertEqual(metrics[name]["pairs"], 2, metrics[name])
        # The load ran through the middle phases on the same clock, with a verdict for each.
        load, = pair["loads"]
        self.assertLess(load["start_s"], pair["phases"][1]["started_s"])
        self.assertGreater(load["start_s"], pair["phases"][0]["started_s"])
        self.assertEqual([verdict["name"] for verdict in load["verdicts"]],
                         ["poll-vote", "files", "mix"])
        self.assertTrue(all(verdict["requests"] > 0 for verdict in load["verdicts"]))
        self.assertTrue((found[0] / load["dir"] / "result.json").exists())
        self.assertTrue(re.search(r"Bubble time, POST to paint +\d", done.stdout), done.stdout)


if __name__ == "__main__":
    unittest.main()
