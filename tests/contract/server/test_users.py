"""Users, presence, notifications, encryption keys, the file proxy."""

import base64
import hashlib
import hmac
import unittest

from support import (
    AsyncTest, Client, logged_in, new_conversation, private_stack, server, sql, world,
)


class Me(unittest.TestCase):
    def test_it_answers_200_with_the_callers_user(self):
        answer = Client(server(), 7).get("/users/me")
        self.assertEqual(answer.status, 200)
        expected = {"id", "tmsUserId", "email", "username", "firstName", "lastName", "name",
                    "displayName", "image", "role", "settings"}
        self.assertLessEqual(expected, set(answer.json))
        self.assertEqual(answer.json["email"], "stress_0007@stress.example.com")
        self.assertEqual(answer.json["settings"], {})

    def test_an_email_in_local_or_test_answers_500(self):
        for user, domain in ((95, "local"), (96, "test")):
            with self.subTest(domain):
                sql(f"UPDATE users SET email = 'a@b.{domain}' WHERE id = '{world.user_id(user)}'")
                answer = Client(server(), user).get("/users/me")
                self.assertEqual(answer.status, 500)
                self.assertIs(answer.json["success"], False)


class Presence(AsyncTest):
    async def test_it_answers_200_with_the_ids_of_those_whose_socket_is_open(self):
        client = Client(server(), 0)
        async with logged_in(server(), 31):
            answer = client.get("/users/presence/online")
            self.assertEqual(answer.status, 200)
            self.assertIn(world.user_id(31), answer.json)
            self.assertNotIn(world.user_id(32), answer.json)


class Notifications(unittest.TestCase):
    def test_preferences_answer_200(self):
        answer = Client(server()).get("/notifications/preferences")
        self.assertEqual(answer.status, 200)
        self.assertIsInstance(answer.json, dict)

    def test_muted_conversations_answer_an_empty_list_and_a_total(self):
        answer = Client(server(), 40).get("/notifications/muted-conversations")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json, {"muted_conversations": [], "total": 0})

    def test_a_muted_conversation_is_listed_and_unmuting_answers_204(self):
        conversation = new_conversation(41)
        client = Client(server(), 41)
        path = f"/notifications/conversations/{conversation}/mute"
        self.assertEqual(client.post(path).status, 200)
        muted = client.get("/notifications/muted-conversations").json
        self.assertEqual(muted, {"muted_conversations": [conversation], "total": 1})
        answer = client.delete(path)
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertEqual(client.get("/notifications/muted-conversations").json["total"], 0)


class Encryption(unittest.TestCase):
    def test_status_bundle_sender_keys_and_distribute_are_answered(self):
        client = Client(server())
        self.assertEqual(client.get("/encryption/keys/status").status, 200)
        self.assertEqual(client.post("/encryption/keys/bundle", {"identity_key": "x"}).status, 201)
        self.assertEqual(client.get("/encryption/sender-keys").status, 200)
        distributed = client.post("/encryption/sender-keys/distribute", {"keys": []})
        self.assertEqual(distributed.status, 200)

    def test_the_conversation_key_is_32_bytes_derived_from_the_secret(self):
        path = f"/encryption/keys/conversation/{world.BIG_GROUP}"
        answer = Client(server()).get(path)
        self.assertEqual((answer.status, set(answer.json)), (200, {"key"}))
        expected = hmac.new(
            private_stack.SECRET.encode(), f"tms.encryption:{world.BIG_GROUP}".encode(),
            hashlib.sha256,
        ).digest()
        self.assertEqual(base64.b64decode(answer.json["key"]), expected)

    def test_the_conversation_key_is_for_members_only(self):
        path = f"/encryption/keys/conversation/{world.BIG_GROUP}"
        self.assertEqual(Client(server(), world.OUTSIDER).get(path).status, 403)


class FileProxy(unittest.TestCase):
    def picture(self, key):
        return Client(server(), None).get(f"/files/proxy?key={key}")

    def test_a_picture_needs_no_login_and_may_be_cached_for_long(self):
        answer = self.picture("images/1.png")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["content-type"], "image/png")
        self.assertIn("max-age=31536000", answer.headers["cache-control"])
        self.assertTrue(answer.body.startswith(b"\x89PNG\r\n\x1a\n"))

    def test_the_same_key_gives_the_same_picture_and_another_key_another(self):
        first = self.picture("images/1.png").body
        self.assertEqual(self.picture("images/1.png").body, first)
        self.assertNotEqual(self.picture("images/2.png").body, first)

    def test_no_key_is_422(self):
        self.assertEqual(Client(server(), None).get("/files/proxy").status, 422)


if __name__ == "__main__":
    unittest.main()
