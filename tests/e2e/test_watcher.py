"""The database's watcher and `tmscdp monitor` on a PostgreSQL of their own, where sessions of the test
hold and wait for known locks at known times."""

import asyncio
import gzip
import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import asyncpg

from tests.support.postgres import Postgres
from tests.support.stack import ROOT, TMSCDP

SCHEMA = ROOT / "tests" / "tms" / "server" / "schema.sql"
INTERVAL = 0.1
SLACK = 0.05  # between the script's clock and the database's
CONVERSATION = "f0a1b2c3-d4e5-4f60-8111-222233334444"  # its key is a negative number
POLL = "0b4c8a1e-1111-4222-8333-444455556666"
CHAT = f"""
INSERT INTO users VALUES ('u1', 't1', NULL, NULL, NULL, NULL, '{{}}', NULL, true, false, now(), now(),
                          now());
INSERT INTO conversations VALUES ('{CONVERSATION}', 'GROUP', 'g', 'u1', now(), now());
INSERT INTO messages (id, conversation_id, sender_id, content, type, metadata_json, is_edited,
                      sequence_number)
VALUES ('m1', '{CONVERSATION}', 'u1', 'poll', 'POLL', '{{}}', false, 1);
INSERT INTO polls VALUES ('{POLL}', 'm1', 'lunch?', false, NULL, now());
INSERT INTO poll_options VALUES ('o1', '{POLL}', 'yes', 0);
"""
LOCK_POLL = "SELECT id FROM polls WHERE id = $1 FOR UPDATE"

postgres = None
server = None
folder = None
api_url = None


def setUpModule():
    global postgres, server, folder, api_url
    folder = Path(tempfile.mkdtemp(prefix="tmscdp-test-watcher-"))
    postgres = Postgres(shared_preload_libraries="pg_stat_statements", max_connections=20).start()
    for name in ("chat", "plain"):
        postgres.create(name, SCHEMA)
        postgres.sql(name, CHAT)
    postgres.sql("plain", "DROP EXTENSION pg_stat_statements; CREATE ROLE reader LOGIN; "
                          "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    server = subprocess.Popen([ROOT / "tests" / "fake" / "http_server.py", folder / "port"])
    deadline = time.monotonic() + 20
    while not (folder / "port").exists():
        assert time.monotonic() < deadline, "the HTTP server did not start"
        time.sleep(0.01)
    api_url = f"http://127.0.0.1:{(folder / 'port').read_text()}"


def tearDownModule():
    server.kill()
    server.wait()
    postgres.stop()
    shutil.rmtree(folder)


def advisory_key(conversation):
    return int.from_bytes(bytes.fromhex(conversation.replace("-", ""))[:8], "big", signed=True)


class Load:
    """A light load on the fake server with the database watched, and its clock."""

    def __init__(self, seconds, url, *options):
        self.runs = Path(tempfile.mkdtemp(prefix="runs-", dir=folder))
        path = self.runs / "light.json"
        path.write_text(json.dumps({
            "name": "light", "summary": "for a test", "prefix": "", "baseline": False,
            "flows": {"f": [{"request": {"name": "ok", "path": "/ok"}}, {"think": "20ms"}]},
            "scenarios": {"s": {"executor": "constant-vus", "flow": "f", "vus": 2,
                                "duration": f"{int(seconds * 1000)}ms"}}}))
        env = {"PATH": os.environ["PATH"], "CI": "true"}
        if url:
            env["DATABASE_URL"] = url
        self.process = subprocess.Popen(
            [TMSCDP, "stress", path, "--api-url", api_url, "--runs-dir", self.runs, *options],
            env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.zero = None

    async def begin(self):
        """Until it has begun; its zero is on the clock that all programs share."""
        deadline = time.monotonic() + 20
        while self.zero is None:
            assert time.monotonic() < deadline, "the load did not begin"
            for path in self.runs.glob("*/raw/light-start.json"):
                self.zero = json.loads(path.read_text())["monotonic_s"]
            await asyncio.sleep(0.01)

    def now(self):
        return time.monotonic() - self.zero

    async def at(self, seconds):
        """The script's times are what is tested, so here a sleep is right."""
        await asyncio.sleep(max(0, seconds - self.now()))

    async def end(self):
        loop = asyncio.get_running_loop()
        self.said, _ = await loop.run_in_executor(None, self.process.communicate, None, 60)
        self.workload = json.loads(
            next(self.runs.glob("*/result.json")).read_text())["stress"]["workloads"][0]
        return self.workload["database"]

    def raw(self):
        with gzip.open(next(self.runs.glob("*/raw/light-database.json.gz")), "rt") as file:
            return json.load(file)

    def looks(self):
        """When the database was looked at."""
        return [0.0] + [row[0] for row in self.raw()["samples"]]

    def longest_gap(self):
        """Between two looks: an interval, and more on a machine that does something else as well."""
        looks = self.looks()
        return max(INTERVAL, *(late - early for early, late in zip(looks, looks[1:])))

    def edges(self, column):
        """((last look before, first look with), (last look with, first look after)) the time in
        which the column was not 0."""
        raw, looks = self.raw(), self.looks()
        index = raw["columns"].index(column)
        seen = [i + 1 for i, row in enumerate(raw["samples"]) if row[index] > 0]
        return (looks[seen[0] - 1], looks[seen[0]]), (looks[seen[-1]], looks[seen[-1] + 1])


async def connect(database, user="postgres", **settings):
    return await asyncpg.connect(f"postgresql://{user}@127.0.0.1:{postgres.port}/{database}",
                                 **settings)


async def wait_for(load, connection, start, statement, *parameters):
    """Runs the statement, which waits; returns (pid, when it began, when it had what it wanted)."""
    await load.at(start)
    pid = connection.get_server_pid()
    async with connection.transaction():
        since = load.now()
        await connection.fetch(statement, *parameters)
        return pid, since, load.now()


class Locks(unittest.IsolatedAsyncioTestCase):
    async def session(self, database="chat", user="postgres"):
        connection = await connect(database, user)
        self.addAsyncCleanup(connection.close)
        return connection

    async def hold(self, load, connection, start, end, statement, *parameters):
        await load.at(start)
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(statement, *parameters)
        await load.at(end)
        await transaction.rollback()

    def assert_waited(self, load, target, waits):
        """As long as they really waited, to one interval a wait."""
        truth = sum(end - start for _, start, end in waits)
        delta = len(waits) * (load.longest_gap() + SLACK)
        self.assertAlmostEqual(target["waited_s"], truth, delta=delta, msg=target)

    async def test_known_waits_are_found_with_their_targets_and_times(self):
        sessions = [await self.session() for _ in range(11)]
        holders, waiters, counter = sessions[:4], sessions[4:10], sessions[10]
        load = Load(2.8, postgres.url("chat"), "--pool-size", "11")
        await load.begin()

        async def count():
            await load.at(0.2)
            for _ in range(7):
                await counter.fetch("SELECT count(*) FROM polls WHERE question = $1", "lunch?")
            await counter.fetch("SELECT pg_sleep(0.35), 'a secret of 12345678'")

        insert = "INSERT INTO poll_votes VALUES ($1, $2, 'o1', 'u1', now())"
        done = await asyncio.gather(
            self.hold(load, holders[0], 0.2, 1.6, LOCK_POLL.replace("$1", f"'{POLL}'")),
            self.hold(load, holders[1], 0.2, 1.4,
                      f"SELECT pg_advisory_xact_lock({advisory_key(CONVERSATION)})"),
            self.hold(load, holders[2], 0.2, 1.5, "LOCK TABLE poll_options"),
            self.hold(load, holders[3], 1.7, 2.3,
                      insert.replace("$1", "'v1'").replace("$2", f"'{POLL}'")),
            wait_for(load, waiters[0], 0.5, LOCK_POLL, POLL),
            wait_for(load, waiters[1], 0.7, LOCK_POLL, POLL),
            wait_for(load, waiters[2], 0.9, LOCK_POLL, POLL),
            wait_for(load, waiters[3], 0.6, "SELECT pg_advisory_xact_lock($1)",
                     advisory_key(CONVERSATION)),
            wait_for(load, waiters[4], 0.8, "SELECT count(*) FROM poll_options"),
            wait_for(load, waiters[5], 1.9, insert, "v2", POLL),
            count())
        voters, advisory, relation, unique = done[4:7], done[7], done[8], done[9]
        found = await load.end()
        self.assertEqual(load.process.returncode, 0, load.said)
        self.assertEqual(found["state"], "watched", found["notes"])

        targets = {target.get("relation", target["kind"]): target
                   for target in found["waits"]["targets"]}
        self.assertEqual(set(targets), {"polls", "advisory", "poll_options", "poll_votes"})
        self.assertEqual((targets["polls"]["kind"], targets["polls"]["row"]), ("row", POLL))
        self.assertEqual(targets["polls"]["waiters_max"], 3)
        self.assertEqual(targets["polls"]["statement"], LOCK_POLL)
        self.assertEqual(targets["polls"]["blocker_statement"], LOCK_POLL.replace("$1", "?"))
        self.assert_waited(load, targets["polls"], voters)
        self.assertEqual(targets["advisory"]["conversation"], CONVERSATION)
        self.assertEqual(targets["advisory"]["key"], str(advisory_key(CONVERSATION)))
        self.assert_waited(load, targets["advisory"], [advisory])
        self.assertEqual(targets["poll_options"]["kind"], "relation")
        self.assert_waited(load, targets["poll_options"], [relation])
        self.assertEqual(targets["poll_votes"]["kind"], "row")
        self.assert_waited(load, targets["poll_votes"], [unique])
        types = {row["type"]: row["waiters_max"] for row in found["waits"]["by_type"]}
        self.assertEqual((types["tuple"], types["advisory"], types["relation"]), (2, 1, 1))

        for column, (_, start, end) in (("waiting_advisory", advisory),
                                        ("waiting_relation", relation)):
            first, last = load.edges(column)
            self.assertTrue(first[0] - SLACK <= start <= first[1] + SLACK, (column, start, first))
            self.assertTrue(last[0] - SLACK <= end <= last[1] + SLACK, (column, end, last))
        self.assert_tree(load.raw(), holders[0].get_server_pid(), [pid for pid, _, _ in voters])
        self.assert_counts(found)
        self.assertNotIn("secret", json.dumps(found))
        self.assertIn("pg_sleep(?)", found["longest"]["running_statement"])
        self.assertGreater(found["longest"]["running_ms"], 200)
        self.assertTrue(any("may not be seen at all" in note for note in found["notes"]))
        self.assertEqual(found["connections"]["max"], 11)
        self.assertGreater(found["connections"]["at_limit_share"], 0.9)
        gaps = sorted(late - early for early, late in zip(load.looks(), load.looks()[1:]))
        self.assertLess(abs(gaps[len(gaps) // 2] - INTERVAL), SLACK, gaps)

    def assert_tree(self, raw, holder, voters):
        """The first voter waits for the holder, the others for the first."""
        blockers = [{wait[0]: wait[1] for wait in tree["waits"]} for tree in raw["trees"]]
        full = [tree for tree in blockers if set(voters) <= set(tree)]
        self.assertTrue(full, raw["trees"])
        for tree in full:
            self.assertEqual([tree[pid] for pid in voters], [holder, voters[0], voters[0]])
        target = raw["targets"][next(wait[3] for tree in raw["trees"] for wait in tree["waits"]
                                     if wait[0] == voters[2])]
        self.assertEqual(target["row"], POLL)

    def assert_counts(self, found):
        counted = {row["query"]: row for row in found["statements"]}
        asked = counted["SELECT count(*) FROM polls WHERE question = $1"]
        self.assertEqual((asked["calls"], asked["rows"]), (7, 7))
        self.assertFalse([query for query in counted if "tmscdp" in query])
        self.assertIn("polls", {table["table"] for table in found["tables"]})

    async def test_a_reader_without_rights_and_statistics_sees_waits_all_the_same(self):
        holder, waiter = await self.session("plain"), await self.session("plain")
        load = Load(1.5, postgres.url("plain").replace("postgres@", "reader@"))
        await load.begin()
        done = await asyncio.gather(
            self.hold(load, holder, 0.2, 1.1, LOCK_POLL.replace("$1", f"'{POLL}'")),
            wait_for(load, waiter, 0.4, LOCK_POLL, POLL))
        found = await load.end()
        self.assertEqual(load.process.returncode, 0, load.said)
        self.assertEqual(found["state"], "partly")
        self.assertEqual(found["waits"]["targets"][0]["row"], POLL)
        self.assert_waited(load, found["waits"]["targets"][0], [done[1]])
        self.assertNotIn("statement", found["waits"]["targets"][0])
        self.assertNotIn("statements", found)
        self.assertIn("tables", found)
        notes = " ".join(found["notes"])
        self.assertIn("pg_stat_statements is not installed", notes)
        self.assertIn("GRANT pg_monitor", notes)

    async def test_a_lost_connection_comes_back(self):
        holder, waiter, killer = [await self.session() for _ in range(3)]
        load = Load(2.4, postgres.url("chat"))
        await load.begin()
        await load.at(0.55)  # between two looks
        killed = await killer.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                    "WHERE application_name = 'tmscdp watcher'")
        self.assertEqual(len(killed), 1)
        done = await asyncio.gather(
            self.hold(load, holder, 1.2, 2.0, LOCK_POLL.replace("$1", f"'{POLL}'")),
            wait_for(load, waiter, 1.4, LOCK_POLL, POLL))
        found = await load.end()
        self.assertEqual(load.process.returncode, 0, load.said)
        self.assertEqual(found["state"], "partly")
        # The server's reason may be lost with the connection, when it was just being asked.
        self.assertTrue(any("was lost" in note for note in found["notes"]), found["notes"])
        self.assertTrue(found["waits"]["targets"], (found, done, load.looks()))
        self.assert_waited(load, found["waits"]["targets"][0], [done[1]])
        self.assertIn("statements", found)

    async def test_a_server_without_a_free_slot_ends_nothing(self):
        taken = []
        with self.assertRaises(asyncpg.TooManyConnectionsError):
            while len(taken) < 30:
                taken.append(await self.session("plain", "reader"))
        load = Load(1.0, postgres.url("plain").replace("postgres@", "reader@"))
        found = await load.end()
        self.assertEqual(load.process.returncode, 0, load.said)
        self.assertGreater(load.workload["scenarios"][0]["requests"], 20)
        self.assertEqual(found["state"], "not watched")
        self.assertIn("connection slots", " ".join(found["notes"]))

        load = Load(2.5, postgres.url("plain").replace("postgres@", "reader@"))
        await load.begin()
        await load.at(0.3)
        for connection in taken:
            await connection.close()
        found = await load.end()
        self.assertEqual(found["state"], "partly", found["notes"])
        self.assertGreater(found["samples"], 5)
        self.assertIn("was not there at first", " ".join(found["notes"]))

    async def test_without_a_database_or_a_wish_it_is_said(self):
        for url, options, note in ((None, (), "no database was named"),
                                   (postgres.url("chat"), ("--no-watch",), "--no-watch")):
            load = Load(0.3, url, *options)
            found = await load.end()
            self.assertEqual(load.process.returncode, 0, load.said)
            self.assertEqual(found["state"], "not watched")
            self.assertIn(note, found["notes"][0])
        load = Load(0.3, postgres.url("chat"), "--watch-interval", "5ms")
        load.process.communicate(timeout=20)
        self.assertEqual(load.process.returncode, 104)


def monitor(*options, url=None, timeout=30):
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": url or postgres.url("chat")}
    return subprocess.run([TMSCDP, "monitor", *options], env=env, capture_output=True, text=True,
                          timeout=timeout)


class Monitor(unittest.IsolatedAsyncioTestCase):
    async def test_all_diagnostics_answer_by_name(self):
        holder, waiter = await connect("chat"), await connect("chat")
        self.addAsyncCleanup(holder.close)
        self.addAsyncCleanup(waiter.close)
        transaction = holder.transaction()
        await transaction.start()
        await holder.fetch(LOCK_POLL, POLL)
        await holder.execute(f"SELECT pg_advisory_xact_lock({advisory_key(CONVERSATION)})")
        waiting = asyncio.create_task(waiter.fetch(LOCK_POLL, POLL))
        deadline = time.monotonic() + 10
        while not (await holder.fetch("SELECT FROM pg_locks WHERE NOT granted")):
            self.assertLess(time.monotonic(), deadline)
        done = await asyncio.to_thread(monitor, "--once", "--json")
        live = await asyncio.to_thread(monitor, "--duration", "1200ms")
        await transaction.rollback()
        await waiting
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = {answer["name"]: answer for answer in json.loads(done.stdout)["diagnostics"]}
        listed = [line.split()[0] for line in monitor("--list").stdout.splitlines()]
        self.assertEqual(list(answers), listed)
        self.assertEqual(len(listed), 12)
        self.assertEqual([name for name in answers if "failure" in answers[name]], [])
        self.assertEqual(answers["lock-queue"]["rows"][0][:2],
                         [waiter.get_server_pid(), holder.get_server_pid()])
        self.assertEqual(answers["poll-lock-contention"]["rows"][0][:2], [POLL, 1])
        self.assertEqual(answers["advisory-locks"]["rows"][0],
                         [str(advisory_key(CONVERSATION)), CONVERSATION, 1, 0])
        self.assertEqual(answers["messages-by-type"]["rows"], [["POLL", 1, 0, 0, 1]])
        self.assertEqual(live.returncode, 0, live.stderr)
        self.assertIn("1 wait", live.stdout.splitlines()[0])
        self.assertIn(f"polls {POLL[:8]}", live.stdout)

    async def test_it_gives_up_rather_than_wait_for_a_lock(self):
        holder = await connect("chat")
        self.addAsyncCleanup(holder.close)
        async with holder.transaction():
            await holder.execute("LOCK TABLE messages, polls")
            since = time.monotonic()
            done = await asyncio.to_thread(monitor, "--once", "--json")
            load = Load(0.5, postgres.url("chat"))
            found = await load.end()
        self.assertLess(time.monotonic() - since, 8)
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = {answer["name"]: answer for answer in json.loads(done.stdout)["diagnostics"]}
        self.assertIn("lock timeout", answers["messages-by-type"]["failure"])
        self.assertIn("lock timeout", answers["poll-votes"]["failure"])
        self.assertIn("rows", answers["lock-queue"])
        self.assertEqual(found["state"], "watched", found["notes"])
        self.assertTrue(any("sizes of tables are not known" in note for note in found["notes"]),
                        found["notes"])

    async def test_votes_are_removed_only_when_it_is_asked_for(self):
        connection = await connect("plain")
        self.addAsyncCleanup(connection.close)
        env = {"PATH": os.environ["PATH"], "DATABASE_URL": postgres.url("plain"),
               "NEXTAUTH_SECRET": "a secret for this test of 40 characters."}
        data = Path(tempfile.mkdtemp(dir=folder))

        def tmscdp(*words):
            return subprocess.run([TMSCDP, *words, "--data-dir", data], env=env, timeout=60,
                                  capture_output=True, text=True)

        done = await asyncio.to_thread(tmscdp, "seed", "--users", "10")
        self.assertEqual(done.returncode, 0, done.stderr)
        poll = (data / "poll_id.txt").read_text().strip()
        await connection.execute(
            "INSERT INTO poll_votes SELECT 'v-' || u.id, $1::varchar, (SELECT min(id) FROM poll_options "
            "WHERE poll_id = $1), u.id, now() FROM users u WHERE tms_user_id LIKE 'stress_tms_%'",
            poll)
        left = "SELECT count(*) FROM poll_votes WHERE poll_id = $1"
        done = await asyncio.to_thread(tmscdp, "monitor", "--only", "vote-reset", "--json")
        row = json.loads(done.stdout)["diagnostics"][0]["rows"][0]
        self.assertEqual(row, [poll, 10, 10])
        self.assertEqual(await connection.fetchval(left, poll), 10)
        done = await asyncio.to_thread(tmscdp, "monitor", "--reset-votes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("10 votes of the seeded poll were removed", done.stderr)
        self.assertEqual(await connection.fetchval(left, poll), 0)

    def test_mistakes_and_absences_have_their_exit_codes(self):
        for options, code, said in ((["--only", "lock-que"], 104, "did you mean lock-queue?"),
                                    (["lock-queue"], 104, "--only lock-queue"),
                                    (["--watch-interval", "1ms"], 104, "20ms to 10s")):
            done = monitor(*options)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(said, done.stderr)
        self.assertEqual(monitor("--once", url="postgresql://x@127.0.0.1:1/x").returncode, 107)
        self.assertEqual(monitor(url="postgresql://x@127.0.0.1:1/x").returncode, 107)
        self.assertEqual(monitor(url="postgresql://x@192.0.2.1/x").returncode, 112)
        done = monitor("--only", "poll-votes", url=postgres.url("postgres"))
        self.assertEqual(done.returncode, 111)
        self.assertIn("cannot be told", done.stdout)


if __name__ == "__main__":
    unittest.main()
