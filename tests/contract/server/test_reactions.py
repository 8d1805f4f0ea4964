"""Reactions on messages."""

import unittest
from urllib.parse import quote

from support import Client, message_ids, new_conversation, server


class Reactions(unittest.TestCase):
    def setUp(self):
        self.conversation = new_conversation(0, 1, texts=1)
        self.path = f"/messages/{message_ids(self.conversation)[0]}/reactions"
        self.client = Client(server())

    def stored(self):
        message = self.client.page(self.conversation).json["data"][0]
        return [reaction["emoji"] for reaction in message["reactions"]]

    def test_a_reaction_answers_201(self):
        answer = self.client.post(self.path, {"emoji": "👍"})
        self.assertEqual((answer.status, answer.json["emoji"]), (201, "👍"))

    def test_the_same_emoji_again_is_409(self):
        self.client.post(self.path, {"emoji": "👍"})
        answer = self.client.post(self.path, {"emoji": "👍"})
        self.assertEqual(answer.status, 409)
        self.assertIsInstance(answer.json["detail"], str)
        self.assertEqual(self.stored(), ["👍"])

    def test_another_emoji_replaces_the_users(self):
        self.client.post(self.path, {"emoji": "👍"})
        self.assertEqual(self.client.post(self.path, {"emoji": "🎉"}).status, 201)
        self.assertEqual(self.stored(), ["🎉"])

    def test_two_users_may_give_the_same_emoji(self):
        for user in (0, 1):
            self.assertEqual(Client(server(), user).post(self.path, {"emoji": "👍"}).status, 201)
        self.assertEqual(self.stored(), ["👍", "👍"])

    def test_an_unknown_message_is_404(self):
        answer = self.client.post("/messages/unknown/reactions", {"emoji": "👍"})
        self.assertEqual(answer.status, 404)

    def test_an_empty_emoji_is_422(self):
        self.assertEqual(self.client.post(self.path, {"emoji": ""}).status, 422)

    def test_DELETE_answers_200_and_the_reaction_is_gone(self):
        self.client.post(self.path, {"emoji": "👍"})
        self.assertEqual(self.client.delete(f"{self.path}/{quote('👍')}").status, 200)
        self.assertEqual(self.stored(), [])

    def test_DELETE_of_a_reaction_that_is_not_there_is_404(self):
        self.assertEqual(self.client.delete(f"{self.path}/{quote('👍')}").status, 404)


if __name__ == "__main__":
    unittest.main()
