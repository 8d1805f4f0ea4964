"""Messages: pages, the Message object, sending, editing, marks."""

import unittest
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from support import FIXED, Client, message_ids, new_conversation, server, sql, world

MESSAGE_FIELDS = {
    "id", "conversationId", "senderId", "content", "type", "metadata", "replyToId", "isEdited",
    "sequenceNumber", "encrypted", "encryptionVersion", "senderKeyId", "createdAt", "updatedAt",
    "deletedAt", "sender", "reactions", "statuses", "replyTo", "poll", "status",
}


def numbers(answer):
    return [message["sequenceNumber"] for message in answer.json["data"]]


class Pages(unittest.TestCase):
    def setUp(self):
        self.client = Client(server())

    def test_201_messages_are_five_pages_of_50_newest_first(self):
        pages, query = [], "limit=50"
        while query:
            answer = self.client.page(world.BIG_GROUP, query)
            self.assertEqual(answer.status, 200)
            pages.append(numbers(answer))
            cursor = answer.json["pagination"]["next_cursor"]
            query = cursor and f"limit=50&cursor={cursor}"
        self.assertEqual([len(page) for page in pages], [50, 50, 50, 50, 1])
        self.assertEqual(sum(pages, []), list(range(201, 0, -1)))

    def test_pagination_has_next_cursor_has_more_and_limit(self):
        pagination = self.client.page(world.BIG_GROUP).json["pagination"]
        self.assertEqual(pagination, {"next_cursor": "seq:152", "has_more": True, "limit": 50})

    def test_the_last_page_has_no_cursor(self):
        pagination = self.client.page(world.BIG_GROUP, "limit=50&cursor=seq:2").json["pagination"]
        self.assertEqual(pagination, {"next_cursor": None, "has_more": False, "limit": 50})

    def test_a_cursor_means_strictly_smaller(self):
        self.assertEqual(numbers(self.client.page(world.BIG_GROUP, "limit=2&cursor=seq:9")), [8, 7])

    def test_an_unreadable_cursor_is_silently_the_first_page(self):
        for cursor in ("nonsense", "seq:", "seq:x", "seq:-5", "152", "seq:" + "9" * 40):
            with self.subTest(cursor):
                answer = self.client.page(world.BIG_GROUP, f"limit=1&cursor={cursor}")
                self.assertEqual((answer.status, numbers(answer)), (200, [201]))

    def test_the_limit_is_10_when_not_given(self):
        self.assertEqual(len(self.client.page(world.BIG_GROUP, "").json["data"]), 10)

    def test_limits_of_1_and_100_are_taken_and_0_and_101_are_422(self):
        for limit, status in ((1, 200), (100, 200), (0, 422), (101, 422), ("x", 422)):
            with self.subTest(limit):
                answer = self.client.page(world.BIG_GROUP, f"limit={limit}")
                self.assertEqual(answer.status, status)

    def test_a_non_member_gets_403(self):
        answer = Client(server(), world.OUTSIDER).page(world.BIG_GROUP)
        self.assertEqual(answer.status, 403)
        self.assertIsInstance(answer.json["detail"], str)

    def test_an_unknown_conversation_is_403_never_404(self):
        self.assertEqual(self.client.page(str(uuid4())).status, 403)
        self.assertEqual(self.client.page("no-uuid").status, 403)

    def test_the_fixed_server_answers_the_same_page(self):
        first = self.client.page(world.BIG_GROUP, "limit=100&cursor=seq:60").json
        fixed = Client(server(**FIXED)).page(world.BIG_GROUP, "limit=100&cursor=seq:60").json
        self.assertEqual(first, fixed)


class TheMessage(unittest.TestCase):
    def setUp(self):
        self.client = Client(server())

    def one(self, number):
        answer = self.client.page(world.BIG_GROUP, f"limit=1&cursor=seq:{number + 1}")
        return answer.json["data"][0]

    def test_it_has_the_fields_of_the_contract(self):
        self.assertEqual(set(self.one(150)), MESSAGE_FIELDS)

    def test_times_end_in_Z(self):
        self.assertRegex(self.one(150)["createdAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$")

    def test_the_sender_has_id_and_names(self):
        sender = self.one(150)["sender"]
        self.assertEqual(sender["id"], world.user_id(50))
        self.assertLessEqual({"id", "username", "name", "firstName", "lastName", "image"},
                             set(sender))

    def test_the_poll_stands_in_its_message(self):
        message = self.one(1)
        self.assertEqual(message["type"], "POLL")
        self.assertEqual(message["poll"]["id"], world.POLL)
        self.assertIsNone(self.one(2)["poll"])

    def test_a_reaction_has_id_messageId_userId_emoji_createdAt(self):
        conversation = new_conversation(0, texts=1)
        message_id = message_ids(conversation)[0]
        self.client.post(f"/messages/{message_id}/reactions", {"emoji": "👍"})
        reaction = self.client.page(conversation).json["data"][0]["reactions"][0]
        self.assertEqual(set(reaction), {"id", "messageId", "userId", "emoji", "createdAt"})
        self.assertEqual((reaction["messageId"], reaction["userId"], reaction["emoji"]),
                         (message_id, world.user_id(0), "👍"))

    def test_all_reactions_are_loaded_at_first_and_at_most_100_when_fixed(self):
        conversation = new_conversation(0, texts=1)
        message_id = message_ids(conversation)[0]
        sql(f"""INSERT INTO message_reactions SELECT gen_random_uuid()::text, '{message_id}', id,
                emoji, now() FROM users, unnest(ARRAY['A', 'B']) AS emoji""")
        for to, count in ((server(), 202), (server(**FIXED), 100)):
            message = Client(to).page(conversation).json["data"][0]
            self.assertEqual(len(message["reactions"]), count)

    def test_a_FILE_with_ossKey_has_its_fileUrl_signed(self):
        metadata = self.one(201)["metadata"]
        address = urlsplit(metadata["fileUrl"])
        self.assertEqual(address.path, "/files/201.pdf")
        self.assertRegex(parse_qs(address.query)["Signature"][0], r"^[0-9a-f]{64}$")

    def test_an_IMAGE_keeps_its_fileUrl_and_what_else_its_metadata_has(self):
        metadata = self.one(50)["metadata"]
        self.assertEqual(metadata["fileUrl"], "https://files.example.com/images/50.png")
        self.assertEqual((metadata["ossKey"], metadata["width"]), ("images/50.png", 480))

    def test_status_is_sent_delivered_or_read_by_what_all_have_reached(self):
        conversation = new_conversation(0, 1)
        message_id = self.client.send(conversation).json["id"]
        for status, expected in (("SENT", "sent"), ("DELIVERED", "delivered"), ("READ", "read")):
            sql(f"UPDATE message_status SET status = '{status}' WHERE message_id = '{message_id}'")
            message = self.client.get(f"/messages/{message_id}").json
            self.assertEqual(message["status"], expected)


class Sending(unittest.TestCase):
    def setUp(self):
        self.client = Client(server())

    def test_a_send_answers_201_with_the_message_in_camelCase(self):
        conversation = new_conversation(0, 1, texts=3)
        answer = self.client.send(
            conversation, "Hi", type="TEXT", metadata_json={"some": 1}, encrypted=False
        )
        self.assertEqual(answer.status, 201)
        message = answer.json
        self.assertEqual(set(message), MESSAGE_FIELDS)
        self.assertEqual(message["content"], "Hi")
        self.assertEqual(message["metadata"], {"some": 1})
        self.assertEqual(message["sequenceNumber"], 4)
        self.assertEqual(message["senderId"], world.user_id(0))
        self.assertEqual(len(message["statuses"]), 2)

    def test_a_reply_carries_what_it_answers(self):
        conversation = new_conversation(0, texts=1)
        original = message_ids(conversation)[0]
        message = self.client.send(conversation, reply_to_id=original).json
        self.assertEqual(message["replyToId"], original)
        self.assertEqual(message["replyTo"]["content"], "Text 1")

    def test_an_encrypted_message_says_so(self):
        message = self.client.send(new_conversation(0), encrypted=True).json
        self.assertIs(message["encrypted"], True)

    def test_a_non_member_gets_500_with_the_403_in_its_text(self):
        answer = Client(server(), world.OUTSIDER).send(world.BIG_GROUP)
        self.assertEqual(answer.status, 500)
        self.assertRegex(answer.json["detail"], r"^Failed to send message: HTTPException: 403: .+")

    def test_an_unknown_conversation_gets_the_same_500(self):
        answer = self.client.send(str(uuid4()))
        self.assertEqual(answer.status, 500)
        self.assertRegex(answer.json["detail"], r"^Failed to send message: HTTPException: 403: .+")

    def test_a_type_in_lower_case_is_422(self):
        answer = self.client.send(new_conversation(0), type="text")
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.json["detail"][0]["loc"], ["body", "type"])

    def test_blanks_only_are_422(self):
        answer = self.client.send(new_conversation(0), "  \n ")
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.json["detail"][0]["loc"], ["body", "content"])


class OneMessage(unittest.TestCase):
    def setUp(self):
        self.conversation = new_conversation(0, 1)
        self.path = "/messages/" + Client(server()).send(self.conversation).json["id"]

    def test_GET_answers_200_with_the_message(self):
        answer = Client(server(), 1).get(self.path)
        self.assertEqual((answer.status, set(answer.json)), (200, MESSAGE_FIELDS))

    def test_GET_of_an_unknown_message_is_404(self):
        self.assertEqual(Client(server()).get("/messages/unknown").status, 404)

    def test_GET_by_a_non_member_is_403(self):
        self.assertEqual(Client(server(), 2).get(self.path).status, 403)

    def test_PUT_answers_200_with_the_edited_message(self):
        answer = Client(server()).put(self.path, {"content": "Edited"})
        self.assertEqual(answer.status, 200)
        self.assertEqual((answer.json["content"], answer.json["isEdited"]), ("Edited", True))

    def test_PUT_by_another_member_is_403(self):
        self.assertEqual(Client(server(), 1).put(self.path, {"content": "Mine"}).status, 403)

    def test_DELETE_answers_200_and_marks_the_message_deleted(self):
        self.assertEqual(Client(server()).delete(self.path).status, 200)
        message = Client(server()).page(self.conversation).json["data"][0]
        self.assertIsNotNone(message["deletedAt"])
        self.assertEqual(Client(server()).get(self.path).status, 404)

    def test_mark_read_answers_200_and_the_message_counts_as_read(self):
        message_id = self.path.rsplit("/", 1)[1]
        body = {"message_ids": [message_id], "conversation_id": self.conversation}
        for user in (0, 1):
            self.assertEqual(Client(server(), user).post("/messages/mark-read", body).status, 200)
        self.assertEqual(Client(server()).get(self.path).json["status"], "read")

    def test_mark_read_by_a_non_member_is_403(self):
        body = {"message_ids": ["x"], "conversation_id": self.conversation}
        self.assertEqual(Client(server(), 2).post("/messages/mark-read", body).status, 403)


if __name__ == "__main__":
    unittest.main()
