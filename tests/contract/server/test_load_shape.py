"""Section "Locks, pool, cost" of the contract: what the database sees."""

import threading
import time
import unittest
from uuid import UUID

from support import (
    FIXED, PATIENCE_S, Client, eventually, message_ids, new_conversation, new_poll, private_stack,
    server, settle, statements, world,
)

HOLD_MS = "700"


class InThread:
    """A call that runs beside the test; `answer` is there after the block."""

    def __init__(self, function, *arguments):
        self.thread = threading.Thread(target=self._run, args=(function, arguments))
        self.answer = None

    def _run(self, function, arguments):
        self.answer = function(*arguments)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(60)


def vote(to, poll, user):
    return Client(to, user).post(f"/polls/{poll.id}/vote", {"option_ids": poll.options[:1]})


class PollLock(unittest.TestCase):
    WAITING = (
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND wait_event IN ('transactionid', 'tuple') AND query LIKE '%FROM polls%FOR UPDATE%'"
    )

    def test_a_vote_takes_the_polls_row_FOR_UPDATE(self):
        poll = new_poll(0)
        calls, _ = statements(lambda: vote(server(), poll, 0), "%FROM polls%FOR UPDATE%")
        self.assertEqual(calls, 1)

    def test_the_voters_of_a_poll_queue_for_it(self):
        poll, to = new_poll(0, 1), server(TMS_VOTE_HOLD_MS=HOLD_MS)
        with InThread(vote, to, poll, 0) as first, InThread(vote, to, poll, 1) as second:
            eventually(self.WAITING, "t")
        self.assertEqual((first.answer.status, second.answer.status), (200, 200))

    def test_when_fixed_no_vote_locks_the_row(self):
        poll = new_poll(0)
        calls, _ = statements(lambda: vote(server(**FIXED), poll, 0), "%FOR UPDATE%")
        self.assertEqual(calls, 0)


class AdvisoryLock(unittest.TestCase):
    def held(self, conversation):
        key = UUID(conversation).int >> 64
        return (
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            f" AND classid = {key >> 32} AND objid = {key & 0xFFFFFFFF} AND objsubid = 1"
        )

    def test_a_send_holds_the_key_of_its_conversation_until_it_commits(self):
        conversation, to = new_conversation(0), server(TMS_SEND_HOLD_MS=HOLD_MS)
        with InThread(Client(to).send, conversation):
            eventually(self.held(conversation), "1")
        eventually(self.held(conversation), "0")

    def test_a_new_poll_takes_the_same_key(self):
        conversation, to = new_conversation(0), server(TMS_SEND_HOLD_MS=HOLD_MS)
        body = {"conversation_id": conversation, "question": "Tea?", "options": ["Yes", "No"]}
        with InThread(Client(to).post, "/polls/", body):
            eventually(self.held(conversation), "1")

    def test_sends_at_once_get_numbers_without_gap_or_double(self):
        conversation = new_conversation(0, 1, 2)
        clients = [Client(server(), user) for user in (0, 1, 2, 0, 1, 2)]
        calls = [InThread(client.send, conversation) for client in clients]
        for call in calls:
            call.__enter__()
        for call in calls:
            call.__exit__()
        numbers = sorted(call.answer.json["sequenceNumber"] for call in calls)
        self.assertEqual(numbers, [1, 2, 3, 4, 5, 6])


class Pool(unittest.TestCase):
    """One connection, and one second to wait for it."""

    TINY = {"TMS_POOL_SIZE": "1", "TMS_POOL_OVERFLOW": "0", "TMS_POOL_TIMEOUT_S": "1"}
    TAKEN = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"

    def test_an_exhausted_pool_is_500_internal_authentication_error_after_its_time_out(self):
        to = server(TMS_REQUEST_DELAY_MS="2200", **self.TINY)
        settle()
        with InThread(Client(to).get, "/users/me") as holder:
            eventually(self.TAKEN, "1")
            begun = time.monotonic()
            answer = Client(to, 1).get("/users/me")
            self.assertAlmostEqual(time.monotonic() - begun, 1, delta=0.7)
            self.assertEqual(answer.status, 500)
            self.assertEqual(answer.json, {"detail": "Internal authentication error"})
        self.assertEqual(holder.answer.status, 200)

    def test_meanwhile_ready_answers_503_and_health_200(self):
        to = server(TMS_REQUEST_DELAY_MS="2200", **self.TINY)
        settle()
        with InThread(Client(to).get, "/users/me"):
            eventually(self.TAKEN, "1")
            self.assertEqual(Client(to, None).get("/health").status, 200)
            answer = Client(to, None).get("/health/ready")
            self.assertEqual(answer.status, 503)
            self.assertIs(answer.json["checks"]["database"], False)
            self.assertIs(answer.json["checks"]["redis"], True)

    def test_a_request_holds_its_connection_through_the_broadcast_after_the_commit(self):
        to = server(TMS_BROADCAST_DELAY_MS="2500", **self.TINY)
        conversation = new_conversation(0)
        with InThread(Client(to).send, conversation):
            private_stack.wait_until(
                lambda: message_ids(conversation) != [], PATIENCE_S, "the message is committed"
            )
            self.assertEqual(Client(to, 1).get("/users/me").status, 500)


class Statements(unittest.TestCase):
    """The numbers of statements that were counted in production."""

    def count(self, act):
        act()  # a new pool connection asks for its types first
        return statements(act)

    def page(self, to):
        return self.count(lambda: Client(to).page(world.BIG_GROUP))

    def test_a_page_of_201_messages_is_15_statements_and_306_rows_at_first(self):
        self.assertEqual(self.page(server()), (15, 306))

    def test_a_page_of_201_messages_is_11_statements_and_104_rows_when_fixed(self):
        self.assertEqual(self.page(server(**FIXED)), (11, 104))

    def test_the_debug_query_reads_the_whole_conversation_without_a_limit(self):
        calls, rows = statements(
            lambda: Client(server()).page(world.BIG_GROUP, "limit=1"),
            "SELECT messages.id,%WHERE messages.conversation_id = $1%",
        )
        self.assertEqual((calls, rows), (2, 201 + 2))

    def test_a_vote_is_27_statements(self):
        poll = new_poll(0)
        self.assertEqual(self.count(lambda: vote(server(), poll, 0))[0], 27)

    def test_a_send_is_528_statements_for_100_members_and_78_for_10(self):
        for members, wanted in ((100, 528), (10, 78)):
            conversation = new_conversation(*range(members))
            calls, _ = self.count(lambda to=conversation: Client(server()).send(to))
            self.assertEqual(calls, wanted)

    def test_a_send_inserts_one_status_row_a_member_by_one_statement_each(self):
        conversation = new_conversation(*range(10))
        counted = statements(
            lambda: Client(server()).send(conversation), "INSERT INTO message_status%"
        )
        self.assertEqual(counted, (10, 10))

    def test_a_list_costs_7_statements_a_conversation_at_first_and_none_when_fixed(self):
        for _ in range(3):
            new_conversation(80, texts=1)
        listed = len(Client(server(), 80).get("/conversations/?limit=50").json["data"])
        self.assertGreaterEqual(listed, 4)
        for to, wanted in ((server(), 6 + 7 * listed), (server(**FIXED), 13)):
            client = Client(to, 80)
            calls, _ = self.count(lambda one=client: one.get("/conversations/?limit=50"))
            self.assertEqual(calls, wanted)


if __name__ == "__main__":
    unittest.main()
