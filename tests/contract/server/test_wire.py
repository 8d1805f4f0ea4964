"""Section "Wire" of the contract: paths, codes, headers, error bodies, CORS."""

import socket
import time
import unittest

from support import API, Client, message_ids, new_conversation, server, stack, world

ORIGIN = {"Origin": "http://localhost:3000"}
PREFLIGHT = {
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "authorization",
}


class Paths(unittest.TestCase):
    def test_a_collection_without_its_slash_answers_307_with_an_absolute_location(self):
        for method, path in (("POST", "/messages"), ("GET", "/conversations"), ("POST", "/polls")):
            with self.subTest(path):
                answer = Client(server()).call(method, path)
                self.assertEqual(answer.status, 307)
                expected = f"http://127.0.0.1:{server().port}{API}{path}/"
                self.assertEqual(answer.headers["location"], expected)

    def test_the_redirect_checks_no_authorization(self):
        self.assertEqual(Client(server(), None).get("/conversations").status, 307)

    def test_a_sub_resource_has_no_slash(self):
        answer = Client(server()).page(world.BIG_GROUP)
        self.assertEqual(answer.status, 200)

    def test_HEAD_on_GET_routes_answers_405(self):
        for path in ("/users/me", "/conversations/", "/health"):
            with self.subTest(path):
                self.assertEqual(Client(server()).call("HEAD", path).status, 405)


class Headers(unittest.TestCase):
    def test_an_answer_has_a_content_length_and_is_neither_compressed_nor_chunked(self):
        answer = Client(server()).get(
            f"/conversations/{world.BIG_GROUP}", **{"Accept-Encoding": "gzip, deflate, br"}
        )
        self.assertEqual(int(answer.headers["content-length"]), len(answer.body))
        self.assertNotIn("content-encoding", answer.headers)
        self.assertNotIn("transfer-encoding", answer.headers)

    def test_an_answer_has_no_etag(self):
        self.assertNotIn("etag", Client(server()).get("/users/me").headers)

    def test_an_idle_connection_is_closed_after_five_seconds(self):
        request = f"GET {API}/health HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", server().port), 10) as connection:
            connection.sendall(request)
            self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 200"))
            begun = time.monotonic()
            self.assertEqual(connection.recv(65536), b"")
            self.assertAlmostEqual(time.monotonic() - begun, 5.0, delta=0.8)


class Cors(unittest.TestCase):
    def test_both_local_origins_are_allowed(self):
        for origin in ("http://localhost:3000", "http://127.0.0.1:3000"):
            with self.subTest(origin):
                answer = Client(server()).get("/users/me", Origin=origin)
                self.assertEqual(answer.headers["access-control-allow-origin"], origin)

    def test_a_preflight_answers_200_with_max_age_600(self):
        answer = Client(server(), None).call(
            "OPTIONS", "/users/me", headers={**ORIGIN, **PREFLIGHT}
        )
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["access-control-max-age"], "600")
        self.assertIn("authorization", answer.headers["access-control-allow-headers"].lower())

    def test_a_preflight_of_another_origin_answers_400(self):
        for origin in ("http://localhost:3001", "https://evil.example"):
            with self.subTest(origin):
                headers = {"Origin": origin, **PREFLIGHT}
                answer = Client(server(), None).call("OPTIONS", "/users/me", headers=headers)
                self.assertEqual(answer.status, 400)


class ErrorBodies(unittest.TestCase):
    def test_an_error_is_a_detail_text(self):
        answer = Client(server()).get("/nowhere")
        self.assertEqual((answer.status, answer.json), (404, {"detail": "Not Found"}))

    def check_invalid(self, answer, kind, loc, given):
        self.assertEqual(answer.status, 422)
        first = answer.json["detail"][0]
        self.assertEqual(set(first), {"type", "loc", "msg", "input"})
        self.assertEqual((first["type"], first["loc"], first["input"]), (kind, loc, given))

    def test_a_missing_field_is_422_with_type_loc_msg_and_the_whole_body_as_input(self):
        sent = {"content": "Hello"}
        answer = Client(server()).post("/messages/", sent)
        self.check_invalid(answer, "missing", ["body", "conversation_id"], sent)
        self.assertEqual(answer.json["detail"][0]["msg"], "Field required")

    def test_a_bad_query_value_is_422_with_the_value_as_input(self):
        answer = Client(server()).page(world.BIG_GROUP, "limit=0")
        self.check_invalid(answer, "greater_than_equal", ["query", "limit"], "0")

    def test_a_body_that_is_not_JSON_is_422(self):
        answer = Client(server()).call(
            "POST", "/messages/", b"{broken", {"Content-Type": "application/json"}
        )
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.json["detail"][0]["type"], "json_invalid")

    def test_an_unhandled_error_is_500_with_success_false_and_code_message_type(self):
        stack().sql(f"UPDATE users SET email = 'x@y.test' WHERE id = '{world.user_id(91)}'")
        answer = Client(server(), 91).get("/users/me")
        self.assertEqual(answer.status, 500)
        self.assertIs(answer.json["success"], False)
        self.assertEqual(set(answer.json["error"]), {"code", "message", "type"})


class RateLimits(unittest.TestCase):
    """All clients share one address, so each test begins with the counters wiped."""

    def setUp(self):
        stack().redis_command("FLUSHALL")

    def sends(self, to, user, conversation_id, count):
        client = Client(to, user)
        return [client.send(conversation_id) for _ in range(count)]

    def test_the_31st_send_of_a_minute_is_429_in_the_limiters_own_form(self):
        conversation = new_conversation(0)
        answers = self.sends(server(RATELIMIT_ENABLED="true"), 0, conversation, 31)
        self.assertEqual([answer.status for answer in answers], [201] * 30 + [429])
        self.assertEqual(answers[-1].json, {"error": "Rate limit exceeded: 30 per 1 minute"})
        self.assertNotIn("retry-after", answers[-1].headers)

    def test_at_first_sends_are_counted_per_client_address(self):
        conversation, to = new_conversation(0, 1), server(RATELIMIT_ENABLED="true")
        self.sends(to, 0, conversation, 30)
        self.assertEqual(Client(to, 1).send(conversation).status, 429)

    def test_when_fixed_sends_are_counted_per_user(self):
        to = server(RATELIMIT_ENABLED="true", TMS_LIMITER="user")
        conversation = new_conversation(0, 1)
        answers = self.sends(to, 0, conversation, 31)
        self.assertEqual(answers[-1].status, 429)
        self.assertEqual(Client(to, 1).send(conversation).status, 201)

    def test_RATELIMIT_ENABLED_false_switches_the_limiter_off(self):
        conversation = new_conversation(0)
        answers = self.sends(server(), 0, conversation, 32)
        self.assertEqual({answer.status for answer in answers}, {201})

    def test_reactions_are_limited_to_60_a_minute_per_user_and_url(self):
        conversation = new_conversation(0, 1, texts=2)
        to = server(RATELIMIT_ENABLED="true")
        first, second = (f"/messages/{one}/reactions" for one in message_ids(conversation))
        emoji = ["👍", "🎉"]
        client = Client(to)
        answers = [client.post(first, {"emoji": emoji[n % 2]}) for n in range(61)]
        self.assertEqual([answer.status for answer in answers], [201] * 60 + [429])
        self.assertEqual(answers[-1].json, {"error": "Rate limit exceeded: 60 per 1 minute"})
        self.assertEqual(client.post(second, {"emoji": "👍"}).status, 201, "another URL")
        self.assertEqual(Client(to, 1).post(first, {"emoji": "👍"}).status, 201, "another user")


class Growth(unittest.TestCase):
    def test_a_send_into_the_group_of_100_carries_100_status_rows_from_then_on(self):
        conversation = new_conversation(*range(100))
        self.assertEqual(Client(server()).send(conversation).status, 201)
        message = Client(server()).page(conversation).json["data"][0]
        self.assertEqual(len(message["statuses"]), 100)
        self.assertEqual(
            set(message["statuses"][0]), {"messageId", "userId", "status", "timestamp"}
        )


if __name__ == "__main__":
    unittest.main()
