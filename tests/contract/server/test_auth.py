"""Section "Auth" of the contract."""

import time
import unittest

from support import Client, private_stack, server, sql, stack, token, world


def with_header(value):
    return Client(server(), None).get("/users/me", Authorization=value)


def with_claims(**claims):
    return with_header("Bearer " + token(0, **claims))


class Tokens(unittest.TestCase):
    def test_a_good_token_is_accepted(self):
        self.assertEqual(with_claims().status, 200)

    def test_no_header_is_401_missing_authorization_header(self):
        answer = Client(server(), None).get("/users/me")
        self.assertEqual(answer.status, 401)
        self.assertEqual(answer.json, {"detail": "Missing authorization header"})

    def test_a_token_that_is_none_is_401_invalid_token(self):
        answer = with_header("Bearer nonsense")
        self.assertEqual(answer.status, 401)
        self.assertRegex(answer.json["detail"], r"^Invalid token: .+")

    def test_a_token_signed_with_another_secret_is_401_invalid_token(self):
        answer = with_header("Bearer " + world.token("another-secret-of-more-than-32-chars", 0))
        self.assertEqual(answer.status, 401)
        self.assertRegex(answer.json["detail"], r"^Invalid token: .+")

    def test_an_unsigned_token_is_401_invalid_token(self):
        head = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
        payload = token(0).split(".")[1]
        self.assertEqual(with_header(f"Bearer {head}.{payload}.").status, 401)

    def test_an_expired_token_is_401_with_the_login_again_text(self):
        answer = with_claims(exp=int(time.time()) - 1)
        self.assertEqual(answer.status, 401)
        self.assertEqual(
            answer.json, {"detail": "Invalid token: Token has expired - please login again"}
        )

    def test_iat_in_the_future_is_401_without_leeway(self):
        answer = with_claims(iat=int(time.time()) + 3)
        self.assertEqual(answer.status, 401)
        self.assertRegex(answer.json["detail"], r"^Invalid token: ")

    def test_the_claim_id_is_tms_user_id_and_the_API_answers_with_the_local_id(self):
        user = Client(server(), 5).get("/users/me").json
        self.assertEqual(user["tmsUserId"], "stress_tms_0005")
        self.assertEqual(user["id"], world.user_id(5))


class Sync(unittest.TestCase):
    DELAY_MS = 400

    def seconds(self, user, last_synced_at):
        sql(f"UPDATE users SET last_synced_at = {last_synced_at}"
            f" WHERE id = '{world.user_id(user)}'")
        client = Client(server(TMS_SYNC_DELAY_MS=str(self.DELAY_MS)), user)
        begun = time.monotonic()
        self.assertEqual(client.get("/users/me").status, 200)
        return time.monotonic() - begun

    def test_a_user_never_synced_costs_the_outbound_call_at_every_request(self):
        self.assertGreaterEqual(self.seconds(92, "NULL"), self.DELAY_MS / 1000)
        self.assertGreaterEqual(self.seconds(92, "last_synced_at"), self.DELAY_MS / 1000)

    def test_a_user_synced_more_than_24_h_ago_costs_it_too(self):
        self.assertGreaterEqual(
            self.seconds(93, "now() - interval '25 hours'"), self.DELAY_MS / 1000
        )

    def test_a_user_synced_just_now_does_not(self):
        self.assertLess(self.seconds(94, "now()"), self.DELAY_MS / 1000)


class Secret(unittest.TestCase):
    def test_a_secret_of_less_than_32_characters_is_refused_at_start(self):
        with self.assertRaisesRegex(private_stack.StackError, "NEXTAUTH_SECRET has 31 characters"):
            with stack().server(NEXTAUTH_SECRET="x" * 31):
                self.fail("the server started")


if __name__ == "__main__":
    unittest.main()
