"""`tmscdp seed` against a real PostgreSQL with the reference chat's tables: what it writes, what it
leaves alone, and how it ends. Rows are read back with psql, tokens checked with Python's hmac and
encrypted messages opened with WebCrypto, none of which the program uses.
"""

import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tests.support.postgres import Postgres, free_port

ROOT = Path(__file__).resolve().parents[2]
TMSCDP = Path(os.environ.get("TMSCDP", ROOT / "build" / "tmscdp"))
SCHEMA = ROOT / "tests" / "tms" / "server" / "schema.sql"
SECRET = "an-invented-secret-of-the-seed-tests"
NOW = 1771606800
WAIT_SECONDS = 30
FILES = {"tokens_array.json", "tokens.json", "conversation_ids.json", "message_ids.json",
         "poll_id.txt", "poll_option_ids.json", "user_ids.json"}
TABLES = {
    "users": "id, tms_user_id, email, username, first_name, last_name, settings_json::text, role, "
             "is_active, is_leader, created_at, updated_at",
    "conversations": "*", "conversation_members": "*", "messages": "*", "polls": "*",
    "poll_options": "*", "poll_votes": "*", "message_reactions": "*", "message_status": "*",
}

postgres = None


def setUpModule():
    global postgres
    postgres = Postgres().start()


def tearDownModule():
    postgres.stop()


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class SeedTest(unittest.TestCase):
    """A database and a data folder of its own for each test."""

    def setUp(self):
        self.name = f"seed_{self.id().rpartition('.')[2]}"[:63]
        self.url = postgres.create(self.name, SCHEMA)
        self.folder = tempfile.TemporaryDirectory(prefix="tmscdp-test-seed-")
        self.dir = Path(self.folder.name)
        self.data = self.dir / "data"

    def tearDown(self):
        postgres.drop(self.name)
        self.folder.cleanup()

    def environment(self, **changes):
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        env = {**kept, "DATABASE_URL": self.url, "NEXTAUTH_SECRET": SECRET, **changes}
        return {key: value for key, value in env.items() if value is not None}

    def command(self, *options):
        return [TMSCDP, "seed", "--data-dir", self.data, *options]

    def run_seed(self, *options, **changes):
        return subprocess.run(list(map(str, self.command(*options))),
                              env=self.environment(**changes), capture_output=True, text=True,
                              timeout=120)

    def seed(self, *options, want=0, **changes):
        done = self.run_seed(*options, **changes)
        self.assertEqual(done.returncode, want, done.stderr)
        if want:
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertEqual(done.stdout, "")
        return done

    def sql(self, statement):
        return postgres.sql(self.name, statement)

    def count(self, table, where="true"):
        return int(self.sql(f"SELECT count(*) FROM {table} WHERE {where}"))

    def dump(self):
        """Every row of every table, as text."""
        rows = self.sql(";".join(f"SELECT '={table}'; SELECT {columns} FROM {table} t "
                                 f"ORDER BY t::text" for table, columns in TABLES.items()))
        parts = ("\n" + rows + "\n").split("\n=")[1:]
        return {part.partition("\n")[0]: part.partition("\n")[2] for part in parts}

    def json(self, name):
        return json.loads((self.data / name).read_text())

    def file_bytes(self):
        return {path.name: path.read_bytes() for path in self.data.iterdir()}

    def wait_for(self, what, condition):
        deadline = time.monotonic() + WAIT_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"{what} did not happen")
            time.sleep(0.02)

    def start_long(self, *options):
        """A seeding that is in the middle of its messages when this returns."""
        process = subprocess.Popen(list(map(str, self.command("--messages", 300000, *options))),
                                   env=self.environment(), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        self.wait_for("the copy of messages", lambda: self.sql(
            "SELECT 1 FROM pg_stat_progress_copy WHERE relid = 'messages'::regclass "
            "AND tuples_processed > 100"))
        return process


class Rows(SeedTest):
    def test_the_default_is_the_suites_seed(self):
        self.seed()
        self.assertEqual(
            self.sql("SELECT m.type, min(sequence_number), max(sequence_number), count(*) "
                     "FROM messages m JOIN conversations c ON c.id = conversation_id "
                     "WHERE (SELECT count(*) FROM conversation_members n "
                     "WHERE n.conversation_id = c.id) = 100 GROUP BY 1 ORDER BY 2"),
            "POLL|1|1|1\nIMAGE|2|101|100\nFILE|102|201|100")
        self.assertEqual(self.sql("SELECT count(*), min(tms_user_id), max(tms_user_id) FROM users"),
                         "100|stress_tms_0000|stress_tms_0099")
        self.assertEqual(
            self.sql("SELECT count(*), min(n), max(n), min(low), max(high) FROM ("
                     "SELECT count(*) n, min(u.tms_user_id) low, max(u.tms_user_id) high "
                     "FROM conversation_members m JOIN users u ON u.id = m.user_id "
                     "GROUP BY conversation_id HAVING count(*) <> 100) t"),
            "10|10|10|stress_tms_0000|stress_tms_0009")
        self.assertEqual(self.sql("SELECT count(*), min(s), max(s) FROM (SELECT conversation_id, "
                                  "max(sequence_number) s FROM messages WHERE type = 'TEXT' "
                                  "GROUP BY 1 HAVING count(*) = 10) t"), "10|10|10")
        self.assertEqual(self.sql("SELECT count(*) FROM polls p JOIN poll_options o "
                                  "ON o.poll_id = p.id"), "4")
        for table in ("message_reactions", "message_status", "poll_votes"):
            self.assertEqual(self.count(table), 0, table)

    def test_users_are_as_the_chat_wants_them(self):
        self.seed()
        self.assertEqual(self.count("users", "last_synced_at > now() - interval '1 minute'"), 100)
        self.assertEqual(self.count("users", "email = tms_user_id || '@stress.example.com'"), 100)
        self.assertEqual(self.count("users", "settings_json::text = '{}' AND is_active "
                                             "AND role = 'MEMBER' AND NOT is_leader"), 100)
        self.assertGreater(int(self.sql("SELECT count(DISTINCT first_name || last_name) "
                                        "FROM users")), 80)

    def test_times_rise_with_the_sequence(self):
        self.seed("--messages", 500, "--encrypted", 20)
        self.assertEqual(self.sql(
            "SELECT count(*) FROM (SELECT created_at, lag(created_at) OVER (PARTITION BY "
            "conversation_id ORDER BY sequence_number) before FROM messages) t "
            "WHERE created_at <= before"), "0")
        self.assertEqual(self.count("messages", "created_at > now()"), 0)
        self.assertGreater(int(self.sql("SELECT count(DISTINCT created_at::date) FROM messages")),
                           20)

    def test_other_sizes(self):
        self.seed("--users", 30, "--group-members", 7, "--messages", 250, "--encrypted", 9,
                  "--reactions", 5)
        group = self.json("conversation_ids.json")["group_conversation_id"]
        self.assertEqual(self.count("users"), 30)
        self.assertEqual(self.count("conversation_members", f"conversation_id = '{group}'"), 7)
        self.assertEqual(
            self.sql("SELECT type, encrypted, min(sequence_number), max(sequence_number) FROM "
                     f"messages WHERE conversation_id = '{group}' GROUP BY 1, 2 ORDER BY 3"),
            "POLL|f|1|1\nTEXT|f|2|50\nIMAGE|f|51|150\nFILE|f|151|250\nTEXT|t|251|259")
        self.assertEqual(
            self.sql("SELECT count(*), min(n), max(n), min(u), max(u) FROM (SELECT count(*) n, "
                     "count(DISTINCT user_id) u FROM message_reactions r JOIN messages m "
                     "ON m.id = r.message_id WHERE m.type = 'IMAGE' GROUP BY message_id) t"),
            "100|5|5|5|5")
        self.assertEqual(len(self.json("message_ids.json")["image_message_ids"]), 100)

    def test_one_user_and_one_message(self):
        self.seed("--users", 1, "--messages", 1)
        self.assertEqual(self.count("users"), 1)
        self.assertEqual(self.count("messages", "type = 'POLL'"), 1)
        self.assertEqual(self.count("messages", "type = 'TEXT'"), 100)
        self.assertEqual(self.count("messages"), 101)
        self.assertEqual(self.json("message_ids.json"),
                         {"image_message_ids": [], "file_message_ids": []})

    def test_metadata_names_a_file_in_camel_case(self):
        self.seed()
        self.assertEqual(
            self.sql("SELECT DISTINCT type, string_agg(key, ' ' ORDER BY ordinality) FROM ("
                     "SELECT m.id, m.type, k.* FROM messages m, "
                     "json_object_keys(metadata_json) WITH ORDINALITY k (key, ordinality)) t "
                     "GROUP BY id, type ORDER BY 1"),
            "FILE|ossKey fileUrl fileName fileSize mimeType\n"
            "IMAGE|ossKey fileUrl thumbnailUrl fileName fileSize mimeType width height")

    def test_the_same_seed_number_gives_the_same_rows(self):
        options = ("--messages", 230, "--encrypted", 5, "--reactions", 3, "--now", NOW)
        self.seed(*options)
        first, files = self.dump(), self.file_bytes()
        self.seed(*options)
        self.assertEqual(self.dump(), first)
        self.assertEqual(self.file_bytes(), files)
        self.seed("--clean")
        self.seed(*options)
        self.assertEqual(self.dump(), first)
        self.seed(*options, "--seed", 2)
        ids = {table: set(self.sql(f"SELECT id FROM {table}").split())
               for table in ("users", "conversations", "messages", "polls")}
        for table, other in ids.items():
            self.assertFalse(other & set(first[table].replace("|", "\n").split("\n")), table)

    def test_seeding_again_replaces_another_shape(self):
        self.seed("--users", 150, "--messages", 300, "--reactions", 2, "--seed", 8)
        done = self.seed("--json")
        result = json.loads(done.stdout)
        self.assertEqual(result["removed"]["users"], 150)
        self.assertEqual(result["removed"]["messages"], 400)
        self.assertEqual({row["table"]: row["rows"] for row in result["tables"]}, {
            "users": 100, "conversations": 11, "conversation_members": 200, "messages": 301,
            "polls": 1, "poll_options": 4, "message_reactions": 0})
        for table, rows in (("users", 100), ("conversations", 11), ("messages", 301),
                            ("message_reactions", 0)):
            self.assertEqual(self.count(table), rows, table)

    def test_two_seedings_at_once_take_turns(self):
        commands = [subprocess.Popen(
            list(map(str, [TMSCDP, "seed", "--data-dir", self.dir / f"data{i}", "--seed", i])),
            env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            for i in (1, 2, 3)]
        for command in commands:
            self.assertEqual(command.wait(60), 0, command.stderr.read())
            command.stderr.close()
        self.assertEqual(self.count("users"), 100)
        self.assertEqual(self.count("messages"), 301)


class Files(SeedTest):
    def test_tokens_carry_the_claims_and_a_good_signature(self):
        self.seed("--now", NOW)
        tokens = self.json("tokens.json")
        self.assertEqual([entry["token"] for entry in tokens], self.json("tokens_array.json"))
        self.assertEqual(len(tokens), 100)
        users = self.sql("SELECT id, tms_user_id, email, first_name || ' ' || last_name "
                         "FROM users ORDER BY tms_user_id").splitlines()
        for index, entry in enumerate(tokens):
            head, payload, signature = entry["token"].split(".")
            want = hmac.new(SECRET.encode(), f"{head}.{payload}".encode(), hashlib.sha256).digest()
            self.assertEqual(decode(signature), want)
            self.assertEqual(json.loads(decode(head)), {"alg": "HS256", "typ": "JWT"})
            claims = json.loads(decode(payload))
            name = claims.pop("name")
            self.assertEqual(claims, {
                "id": f"stress_tms_{index:04}", "email": entry["email"], "role": "MEMBER",
                "hierarchyLevel": "staff", "image": None, "iat": NOW, "exp": NOW + 720 * 3600})
            self.assertEqual(users[index], f"{entry['db_user_id']}|{entry['tms_user_id']}|"
                                           f"{entry['email']}|{name}")

    def test_tokens_are_issued_now_by_default(self):
        before = int(time.time())
        self.seed("--users", 1)
        claims = json.loads(decode(self.json("tokens_array.json")[0].split(".")[1]))
        self.assertTrue(before <= claims["iat"] <= time.time(), claims)

    def test_files_name_the_rows(self):
        self.seed()
        self.assertEqual({path.name for path in self.data.iterdir()}, FILES)
        ids = self.json("conversation_ids.json")
        messages = self.json("message_ids.json")
        group = ids["group_conversation_id"]
        self.assertEqual(ids["all_conversation_ids"], [group, *ids["extra_conversation_ids"]])
        self.assertEqual(set(ids["all_conversation_ids"]),
                         set(self.sql("SELECT id FROM conversations").split()))
        for kind, type_name in (("image_message_ids", "IMAGE"), ("file_message_ids", "FILE")):
            self.assertEqual(
                self.sql(f"SELECT id FROM messages WHERE type = '{type_name}' "
                         f"AND conversation_id = '{group}' ORDER BY sequence_number").split(),
                messages[kind])
        self.assertEqual((self.data / "poll_id.txt").read_text(), self.sql("SELECT id FROM polls"))
        self.assertEqual(self.json("poll_option_ids.json"),
                         self.sql("SELECT id FROM poll_options ORDER BY position").split())
        self.assertEqual(self.json("user_ids.json"), {
            "user_ids": self.sql("SELECT id FROM users ORDER BY tms_user_id").split(),
            "tms_user_ids": self.sql("SELECT tms_user_id FROM users ORDER BY 1").split()})

    def test_tokens_are_readable_by_their_owner_alone(self):
        self.seed()
        modes = {path.name: path.stat().st_mode & 0o777 for path in self.data.iterdir()}
        self.assertEqual({name for name, mode in modes.items() if mode == 0o600},
                         {"tokens.json", "tokens_array.json"})

    def test_webcrypto_opens_the_encrypted_messages(self):
        self.seed("--encrypted", 12)
        group = self.json("conversation_ids.json")["group_conversation_id"]
        key = hmac.new(SECRET.encode(), f"tms.encryption:{group}".encode(), hashlib.sha256).digest()
        rows = self.sql("SELECT content FROM messages WHERE encrypted AND encryption_version = 1 "
                        "AND type = 'TEXT' ORDER BY sequence_number").splitlines()
        self.assertEqual(len(rows), 12)
        script = """
            const [key, rows] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
            const bytes = text => Buffer.from(text, 'base64');
            (async () => {
                const imported = await crypto.webcrypto.subtle.importKey('raw', bytes(key),
                    'AES-GCM', false, ['decrypt']);
                for (const row of rows) {
                    const { v, iv, ct } = JSON.parse(row);
                    const text = await crypto.webcrypto.subtle.decrypt(
                        { name: 'AES-GCM', iv: bytes(iv) }, imported, bytes(ct));
                    console.log(v + ' ' + iv + ' ' + Buffer.from(text).toString());
                }
            })();"""
        script = "const crypto = require('crypto');" + script
        done = subprocess.run(["node", "-e", script], capture_output=True, text=True,
                              input=json.dumps([base64.b64encode(key).decode(), rows]))
        self.assertEqual(done.returncode, 0, done.stderr)
        opened = [line.split(" ", 2) for line in done.stdout.splitlines()]
        self.assertEqual([v for v, _, _ in opened], ["1"] * 12)
        self.assertEqual(len({iv for _, iv, _ in opened}), 12)
        self.assertTrue(all(text for _, _, text in opened))

    def test_the_secret_may_come_from_a_file_and_appears_nowhere(self):
        secret = self.dir / "secret"
        secret.write_text("another-secret-from-a-file-0123456789\n")
        done = self.seed("--secret-file", secret, "--verbose", "--json", NEXTAUTH_SECRET=None)
        head, payload, signature = self.json("tokens_array.json")[0].split(".")
        want = hmac.new(b"another-secret-from-a-file-0123456789", f"{head}.{payload}".encode(),
                        hashlib.sha256).digest()
        self.assertEqual(decode(signature), want)
        self.assertNotIn("another-secret", done.stdout + done.stderr)
        for path in self.data.iterdir():
            self.assertNotIn("another-secret", path.read_text(), path.name)


class AllOrNothing(SeedTest):
    def assert_unchanged(self, rows, files):
        self.assertEqual(self.dump(), rows)
        self.assertEqual(self.file_bytes(), files)

    def test_a_row_that_the_database_refuses_undoes_all(self):
        self.seed("--now", NOW)
        rows, files = self.dump(), self.file_bytes()
        self.sql("ALTER TABLE messages ADD CHECK (sequence_number < 250) NOT VALID")
        done = self.seed("--messages", 300, want=100)
        self.assertIn("filling messages", done.stderr)
        self.assert_unchanged(rows, files)

    def test_a_folder_that_cannot_be_written_undoes_all(self):
        (self.dir / "file").write_text("in the way")
        done = self.seed("--data-dir", self.dir / "file" / "data", want=100)
        self.assertIn(str(self.dir / "file"), done.stderr)
        self.assertEqual(self.count("users"), 0)

    def test_files_that_cannot_be_put_in_place_are_said_after_the_commit(self):
        (self.data / "tokens.json" / "in the way").mkdir(parents=True)
        done = self.seed(want=100)
        self.assertIn("run the same command again", done.stderr)
        self.assertEqual(self.count("users"), 100)
        (self.data / "tokens.json" / "in the way").rmdir()
        (self.data / "tokens.json").rmdir()
        self.seed()
        self.assertEqual({path.name for path in self.data.iterdir()}, FILES)

    def check_signal(self, number):
        self.seed("--now", NOW)
        rows, files = self.dump(), self.file_bytes()
        process = self.start_long()
        process.send_signal(number)
        begun = time.monotonic()
        out, err = process.communicate(timeout=WAIT_SECONDS)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertEqual(process.returncode, 105, err)
        self.assertEqual(out, "")
        self.assertIn("interrupted; the database is as it was before", err)
        self.assert_unchanged(rows, files)

    def test_sigint_undoes_all(self):
        self.check_signal(signal.SIGINT)

    def test_sigterm_undoes_all(self):
        self.check_signal(signal.SIGTERM)

    def test_after_sigkill_the_next_seeding_works(self):
        self.seed("--now", NOW)
        rows = self.dump()
        process = self.start_long()
        process.kill()
        process.communicate()
        self.assertEqual(self.dump(), rows)
        self.seed("--now", NOW)
        self.assertEqual(self.dump(), rows)
        self.assertEqual({path.name for path in self.data.iterdir()}, FILES)

    def test_a_database_that_dies_is_said_and_undone(self):
        process = self.start_long()
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_progress_copy")
        out, err = process.communicate(timeout=WAIT_SECONDS)
        self.assertEqual(process.returncode, 100, err)
        self.assertEqual(out, "")
        self.assertEqual(len(err.splitlines()), 1, err)
        self.assertEqual(self.count("users"), 0)
        self.assertEqual(list(self.data.iterdir()), [])

    def test_memory_does_not_grow_with_the_messages(self):
        def peak_kib(*options):
            process = subprocess.Popen(list(map(str, self.command(*options))),
                                       env=self.environment(), stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            return usage.ru_maxrss
        small = peak_kib("--messages", 201)
        self.assertLess(peak_kib("--messages", 40000) - small, 4096)


class Others(SeedTest):
    """Rows that were not seeded: users, conversations and messages with all that could tempt."""

    def setUp(self):
        super().setUp()
        self.sql("""
            INSERT INTO users (id, tms_user_id, email, username, settings_json, is_active,
                is_leader, created_at, updated_at)
            SELECT id, tms, mail, 'someone', '{}', true, false, now(), now() FROM (VALUES
                ('o1', 'ada', 'ada@example.com'),
                ('o2', 'stressXtms_0001', 'stressXtms_0001@stress.example.com'),
                ('1b63e417-227a-4124-b000-5eed00000001', 'stress_tms_guest',
                 'stress_tms_guest@stress.example.com'),
                ('o4', 'stress_tms_00001', 'stress_tms_00001@stress.example.com'),
                ('0b63e417-227a-4124-b000-5eed00000000', 'bea', 'bea@stress.example.com')
            ) t (id, tms, mail);
            INSERT INTO conversations VALUES ('oc1', 'GROUP', 'others', 'o1', now(), now());
            INSERT INTO conversation_members (conversation_id, user_id, role, is_muted)
                SELECT 'oc1', id, 'MEMBER', false FROM users;
        """)
        self.message("om1", "oc1", "o1", 1)
        self.message("om2", "oc1", "o2", 2)
        self.message("0b63e417-227a-4324-b000-5eed00000003", "oc1", "o4", 3)
        self.sql("""
            INSERT INTO message_reactions VALUES ('or1', 'om1', 'o2', '👍', now());
            INSERT INTO message_status VALUES ('om1', 'o2', 'READ', now());
            INSERT INTO polls VALUES ('op1', 'om2', 'which?', false, NULL, now());
            INSERT INTO poll_options VALUES ('oo1', 'op1', 'this', 0);
            INSERT INTO poll_votes VALUES ('ov1', 'op1', 'oo1', 'o4', now());
        """)
        self.others = self.dump()
        self.seed()
        self.group = self.json("conversation_ids.json")["group_conversation_id"]
        self.users = self.json("user_ids.json")["user_ids"]

    def message(self, id, conversation, sender, sequence, reply_to="NULL", type="TEXT"):
        sender = "NULL" if sender is None else f"'{sender}'"
        self.sql(f"""INSERT INTO messages (id, conversation_id, sender_id, content, type,
            metadata_json, reply_to_id, is_edited, sequence_number, created_at, updated_at) VALUES
            ('{id}', '{conversation}', {sender}, 'hello', '{type}', '{{}}', {reply_to}, false,
            {sequence}, now(), now())""")

    def join_others(self):
        """Seeded users act in others' conversation, others in seeded ones: as runs leave it."""
        user = self.users[3]
        self.message("run1", "oc1", user, 10)
        self.sql(f"""
            INSERT INTO conversation_members (conversation_id, user_id, role, is_muted) VALUES
                ('oc1', '{user}', 'MEMBER', false), ('{self.group}', 'o1', 'MEMBER', false);
            INSERT INTO message_reactions VALUES ('rr1', 'om1', '{user}', '🎉', now()),
                ('rr2', '{self.json("message_ids.json")["image_message_ids"][0]}', 'o1', '👀', now());
            INSERT INTO message_status VALUES ('om1', '{user}', 'READ', now()),
                ('run1', 'o1', 'READ', now());
            INSERT INTO poll_votes VALUES ('rv1', 'op1', 'oo1', '{user}', now()),
                ('rv2', '{(self.data / "poll_id.txt").read_text()}',
                 '{self.json("poll_option_ids.json")[0]}', 'o1', now());
            INSERT INTO conversations VALUES
                ('run-dm', 'DM', NULL, '{user}', now(), now());
            INSERT INTO conversation_members (conversation_id, user_id, role, is_muted) VALUES
                ('run-dm', '{user}', 'MEMBER', false),
                ('run-dm', '{self.users[4]}', 'MEMBER', false);
        """)
        self.message("run2", "run-dm", self.users[4], 1)

    def test_cleaning_gives_back_the_database_as_it_was(self):
        self.join_others()
        done = self.seed("--clean")
        self.assertEqual(done.stderr, "")
        self.assertEqual(self.dump(), self.others)
        self.assertEqual(list(self.data.iterdir()), [])

    def test_cleaning_twice_is_no_error(self):
        self.seed("--clean")
        result = json.loads(self.seed("--clean", "--json").stdout)
        self.assertEqual(sum(result["removed"].values()), 0)
        self.assertEqual(result["removed_files"], 0)
        self.assertEqual(self.dump(), self.others)

    def test_seeding_again_touches_nothing_of_others(self):
        self.join_others()
        self.seed("--seed", 5, "--messages", 50)
        self.seed("--clean")
        self.assertEqual(self.dump(), self.others)

    def test_a_message_of_somebody_else_stays_with_what_it_needs(self):
        self.join_others()
        self.message("guest1", self.group, "o1", 900)
        self.sql("INSERT INTO message_reactions VALUES ('gr', 'guest1', 'o2', '👍', now())")
        done = self.seed("--clean")
        self.assertIn("guest1", done.stderr)
        kept = self.dump()
        self.assertEqual(kept["message_reactions"].count("\n"),
                         self.others["message_reactions"].count("\n") + 1)
        self.assertEqual(self.sql("SELECT id FROM messages WHERE conversation_id = "
                                  f"'{self.group}'"), "guest1")
        self.assertEqual(self.sql("SELECT user_id FROM conversation_members WHERE conversation_id "
                                  f"= '{self.group}'"), "o1")
        self.assertEqual(self.sql("SELECT tms_user_id FROM users "
                                  "WHERE tms_user_id ~ '^stress_tms_....$'"), "stress_tms_0000")
        self.sql(f"DELETE FROM message_reactions WHERE id = 'gr';"
                 f"DELETE FROM messages WHERE id = 'guest1'")
        self.seed("--clean")
        self.assertEqual(self.dump(), self.others)

    def test_a_message_that_somebody_else_answers_stays(self):
        self.message("run1", "oc1", self.users[3], 10)
        self.message("run2", "oc1", self.users[4], 11, reply_to="'run1'")
        self.message("answer", "oc1", "o1", 12, reply_to="'run2'")
        self.message("run3", "oc1", self.users[5], 13)
        done = self.seed("--clean", "--json")
        self.assertEqual(json.loads(done.stdout)["kept"],
                         {"conversations": 0, "messages": 2, "users": 2})
        self.assertEqual(self.sql("SELECT id FROM messages WHERE id ~ 'run|answer' ORDER BY 1"),
                         "answer\nrun1\nrun2")
        self.assertEqual(self.count("conversations", f"id = '{self.group}'"), 0)

    def test_seeding_is_refused_where_others_have_written(self):
        self.message("guest1", self.group, "o1", 900)
        before = self.dump()
        done = self.seed("--messages", 1000, want=100)
        self.assertIn("guest1", done.stderr)
        self.assertEqual(self.dump(), before)

    def test_a_conversation_with_others_is_not_taken_from_them(self):
        user = self.users[3]
        self.sql(f"""
            INSERT INTO conversations VALUES ('run-dm', 'DM', NULL, '{user}', now(), now());
            INSERT INTO conversation_members (conversation_id, user_id, role, is_muted) VALUES
                ('run-dm', '{user}', 'MEMBER', false), ('run-dm', 'o1', 'MEMBER', false);
        """)
        self.seed("--clean")
        self.assertEqual(self.count("conversations", "id = 'run-dm'"), 1)
        self.assertEqual(self.sql("SELECT user_id FROM conversation_members "
                                  "WHERE conversation_id = 'run-dm'"), "o1")
        self.assertEqual(self.sql("SELECT created_by FROM conversations WHERE id = 'run-dm'"), user)

    def test_resetting_leaves_messages_of_others(self):
        self.message("guest1", self.group, "o1", 900)
        self.message("run1", self.group, self.users[5], 901)
        done = self.seed("--reset")
        self.assertIn("guest1", done.stderr)
        self.assertEqual(self.sql("SELECT id FROM messages WHERE sequence_number >= 900"), "guest1")

    def test_users_that_somebody_else_seeded_are_named(self):
        self.seed("--clean")
        for id, email in (("theirs", "stress_tms_0042@stress.example.com"),
                          (self.users[42], "stress_tms_0042@example.com")):
            self.sql("INSERT INTO users (id, tms_user_id, email, settings_json, is_active, "
                     f"is_leader, created_at, updated_at) VALUES ('{id}', 'stress_tms_0042', "
                     f"'{email}', '{{}}', true, false, now(), now())")
            done = self.seed(want=100)
            self.assertIn(f"user stress_tms_0042 ({id}) was not made by tmscdp seed", done.stderr)
            self.seed("--clean")
            self.assertEqual(self.count("users", f"id = '{id}'"), 1)
            self.sql(f"DELETE FROM users WHERE id = '{id}'")


class Reset(SeedTest):
    OPTIONS = ("--encrypted", 6, "--reactions", 4, "--now", NOW)

    def setUp(self):
        super().setUp()
        self.seed(*self.OPTIONS)
        self.fresh = self.dump()
        self.group = self.json("conversation_ids.json")["group_conversation_id"]
        self.users = self.json("user_ids.json")["user_ids"]
        self.images = self.json("message_ids.json")["image_message_ids"]

    def run_load(self):
        """What a run leaves: messages with statuses, a poll, reactions, votes, edits."""
        user, poll = self.users[7], (self.data / "poll_id.txt").read_text()
        option = self.json("poll_option_ids.json")[1]
        self.sql(f"""
            INSERT INTO messages (id, conversation_id, sender_id, content, type, metadata_json,
                is_edited, sequence_number, created_at, updated_at)
            SELECT gen_random_uuid(), '{self.group}', '{user}', 'load ' || n,
                CASE n WHEN 1 THEN 'POLL' ELSE 'TEXT' END, '{{}}', false, 207 + n, now(), now()
            FROM generate_series(1, 20) n;
            UPDATE conversations SET updated_at = now() WHERE id = '{self.group}';
            UPDATE conversation_members SET is_muted = true, last_read_at = now()
                WHERE user_id = '{user}';
            INSERT INTO message_status SELECT m.id, u.id, 'SENT', now() FROM messages m
                CROSS JOIN users u WHERE m.content LIKE 'load%';
            INSERT INTO message_status SELECT '{self.images[0]}', id, 'READ', now() FROM users;
            INSERT INTO polls SELECT 'run-poll', id, 'again?', false, NULL, now() FROM messages
                WHERE content = 'load 1';
            INSERT INTO poll_options VALUES ('run-option', 'run-poll', 'yes', 0);
            INSERT INTO poll_votes VALUES ('v1', 'run-poll', 'run-option', '{user}', now()),
                ('v2', '{poll}', '{option}', '{user}', now());
            DELETE FROM message_reactions WHERE message_id = '{self.images[5]}';
            UPDATE message_reactions SET emoji = '🧪' WHERE message_id = '{self.images[6]}';
            INSERT INTO message_reactions SELECT 'run' || u.id, '{self.images[7]}', u.id, '🧪', now()
                FROM users u;
            UPDATE messages SET content = 'edited', is_edited = true, updated_at = now()
                WHERE id = '{self.images[1]}';
            UPDATE messages SET content = '', deleted_at = now(), metadata_json = '{{"a":1}}'
                WHERE id = '{self.images[2]}';
            UPDATE messages SET content = 'edited', is_edited = true
                WHERE sequence_number = 3 AND conversation_id <> '{self.group}';
            UPDATE users SET last_synced_at = now() - interval '3 days';
        """)

    def test_a_reset_database_is_as_freshly_seeded(self):
        self.run_load()
        self.assertNotEqual(self.dump(), self.fresh)
        result = json.loads(self.seed("--reset", "--reactions", 4, "--json").stdout)
        self.assertEqual(self.dump(), self.fresh)
        self.assertEqual(self.count("users", "last_synced_at > now() - interval '1 minute'"), 100)
        self.assertEqual(result["removed"]["messages"], 20)
        self.assertEqual(result["removed"]["message_status"], 2100)
        self.assertEqual(result["repaired_messages"], 12)
        self.assertEqual(result["shape"], {"seed": "1", "users": 100, "group_members": 100,
                                           "messages": 201, "encrypted": 6, "reactions": 4})

    def test_an_encrypted_message_is_mended_with_the_secret_only(self):
        self.sql("UPDATE messages SET content = 'x', is_edited = true WHERE encrypted")
        done = self.seed("--reset", "--reactions", 4, want=104, NEXTAUTH_SECRET=None)
        self.assertIn("NEXTAUTH_SECRET", done.stderr)
        self.assertEqual(self.count("messages", "content = 'x'"), 6)
        self.seed("--reset", "--reactions", 4)
        self.assertEqual(self.dump(), self.fresh)

    def test_resetting_needs_no_secret_otherwise(self):
        self.seed("--reset", "--reactions", 4, NEXTAUTH_SECRET=None)
        self.assertEqual(self.dump(), self.fresh)

    def test_other_numbers_than_when_seeding_are_refused(self):
        for options, want in ((("--reset",), "at least 4 reactions"),
                              (("--reset", "--reactions", 4, "--seed", 2), "--seed 2"),
                              (("--reset", "--reactions", 101), "--reactions 101")):
            done = self.seed(*options, want=104)
            self.assertIn(want, done.stderr)
            self.assertEqual(self.dump(), self.fresh)

    def test_a_seeded_message_that_is_gone_is_said(self):
        self.sql(f"DELETE FROM message_reactions WHERE message_id = '{self.images[9]}';"
                 f"DELETE FROM messages WHERE id = '{self.images[9]}'")
        done = self.seed("--reset", "--reactions", 4, want=104)
        self.assertIn("of 207 seeded messages in the group 206 are left: seed again", done.stderr)

    def test_an_empty_database_has_nothing_to_reset(self):
        self.seed("--clean")
        self.assertIn("nothing is seeded", self.seed("--reset", want=104).stderr)

    def test_votes_alone_can_be_reset(self):
        self.run_load()
        before = self.dump()
        self.seed("--reset-votes", NEXTAUTH_SECRET=None)
        self.assertEqual(self.sql("SELECT id FROM poll_votes"), "v1")
        before["poll_votes"] = self.dump()["poll_votes"]
        self.assertEqual(self.dump(), before)


class Ends(SeedTest):
    def test_a_database_elsewhere_is_refused_before_it_is_reached(self):
        begun = time.monotonic()
        for changes in ({"DATABASE_URL": "postgresql://u@192.0.2.1:5432/tms"},
                        {"DATABASE_URL": None, "PGHOST": "192.0.2.1", "PGDATABASE": "tms"},
                        {"PGHOSTADDR": "192.0.2.1"}):
            for options in ((), ("--clean",), ("--reset",), ("--reset-votes",)):
                done = self.seed(*options, want=112, **changes)
                self.assertIn("192.0.2.1 is not this machine", done.stderr)
                self.assertIn("--allow-host 192.0.2.1", done.stderr)
        # 192.0.2.0/24 answers nobody (RFC 5737): reaching for it would have taken seconds.
        self.assertLess(time.monotonic() - begun, 5)

    def test_libpqs_own_variables_name_the_database(self):
        self.seed(DATABASE_URL=None, PGHOST=str(postgres.sockets), PGPORT=str(postgres.port),
                  PGDATABASE=self.name, PGUSER="postgres")
        self.assertEqual(self.count("users"), 100)

    def test_the_option_wins_over_the_environment_and_a_driver_is_dropped(self):
        url = self.url.replace("postgresql:", "postgresql+asyncpg:")
        self.seed("--database-url", url, DATABASE_URL="postgresql://u@127.0.0.1:1/none")
        self.assertEqual(self.count("users"), 100)

    def test_bad_usage_ends_with_104(self):
        password = self.url.replace("postgres@", "postgres:pass-word@")
        for options, changes, want in (
                (("--clean", "--reset"), {}, "give one of them"),
                (("--users", 0), {}, "--users 0 is out of range: 1 to 10000"),
                (("--users", 99999999999), {}, "--users 99999999999"),
                (("--group-members", 101), {}, "--group-members 101 is out of range: 1 to 100"),
                (("extra",), {}, "'extra' is no option"),
                (("--now", 99999999999), {}, "--now"),
                (("--database-url", password), {}, "a password on the command line"),
                ((), {"DATABASE_URL": None}, "no database is named"),
                ((), {"DATABASE_URL": "mysql://127.0.0.1/tms"}, "the database URL is malformed"),
                ((), {"NEXTAUTH_SECRET": None}, "set NEXTAUTH_SECRET or give --secret-file"),
                ((), {"NEXTAUTH_SECRET": "too-short"}, "has 9 characters"),
                (("--secret-file", "/nowhere/secret"), {}, "/nowhere/secret")):
            done = self.seed(*options, want=104, **changes)
            self.assertIn(want, done.stderr)
            self.assertNotIn("pass-word", done.stderr)
        self.assertFalse(self.data.exists())

    def test_an_unreachable_database_is_said(self):
        url = f"postgresql://postgres@127.0.0.1:{free_port()}/tms"
        self.assertIn("refused", self.seed(want=100, DATABASE_URL=url).stderr)
        for action in ("--clean", "--reset", "--reset-votes"):
            self.seed(action, want=101, DATABASE_URL=url)
        self.assertFalse(self.data.exists())

    def test_a_database_without_the_chats_tables_is_said(self):
        self.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        self.assertIn("does not look like the chat's database", self.seed(want=100).stderr)
        self.assertIn("does not look like the chat's database",
                      self.seed("--clean", want=101).stderr)

    def test_rows_of_unknown_tables_are_not_taken_along(self):
        self.seed()
        self.sql("CREATE TABLE badges (user_id varchar(255) REFERENCES users (id));"
                 "INSERT INTO badges SELECT id FROM users LIMIT 1")
        done = self.seed("--clean", want=101)
        self.assertIn("badges", done.stderr)
        self.assertEqual(self.count("users"), 100)
        self.assertTrue((self.data / "tokens.json").exists())

    def test_the_table_on_stdout_counts_the_rows(self):
        done = self.seed()
        self.assertEqual(done.stderr, "")
        rows = {line.split()[0]: int(line.split()[1]) for line in done.stdout.splitlines()[1:8]}
        self.assertEqual(rows, {table: self.count(table) for table in rows})
        self.assertEqual(len(rows), 7)


if __name__ == "__main__":
    unittest.main()
