"""Conversations: the list and one."""

import json
import unittest

from support import FIXED, Client, new_conversation, server, world

FIELDS = {
    "id", "type", "name", "display_name", "avatarUrl", "createdBy", "createdAt", "updatedAt",
    "members", "memberCount", "unreadCount", "lastMessage",
}
MEMBER_FIELDS = {"userId", "role", "joinedAt", "lastReadAt", "isMuted", "user"}


class TheList(unittest.TestCase):
    def test_it_answers_200_with_data_and_pagination(self):
        answer = Client(server()).get("/conversations/?limit=50")
        self.assertEqual(answer.status, 200)
        self.assertEqual(set(answer.json), {"data", "pagination"})
        for conversation in answer.json["data"]:
            self.assertEqual(set(conversation), FIELDS)

    def test_every_member_is_embedded_with_its_user(self):
        listed = Client(server(), 20).get("/conversations/?limit=50").json["data"]
        group = next(one for one in listed if one["id"] == world.BIG_GROUP)
        self.assertEqual(group["type"], "group")
        self.assertEqual(group["memberCount"], 100)
        self.assertEqual(len(group["members"]), 100)
        self.assertEqual(set(group["members"][0]), MEMBER_FIELDS)
        self.assertIn("tmsUserId", group["members"][0]["user"])

    def test_only_the_callers_conversations_are_listed(self):
        self.assertEqual(Client(server(), world.OUTSIDER).get("/conversations/").json["data"], [])

    def test_limit_and_offset_page_through_the_list(self):
        client = Client(server(), 20)
        for _ in range(2):
            new_conversation(20)
        whole = [one["id"] for one in client.get("/conversations/?limit=50").json["data"]]
        parts = [
            client.get(f"/conversations/?limit=1&offset={at}").json["data"][0]["id"]
            for at in range(len(whole))
        ]
        self.assertGreaterEqual(len(whole), 3)
        self.assertEqual(parts, whole)

    def test_the_last_message_and_the_unread_count_are_those_of_the_conversation(self):
        conversation = new_conversation(21, 22, texts=3)
        for user, unread in ((22, 3), (21, 0)):
            listed = Client(server(), user).get("/conversations/?limit=50").json["data"]
            one = next(one for one in listed if one["id"] == conversation)
            self.assertEqual(one["lastMessage"]["sequenceNumber"], 3)
            self.assertEqual(one["unreadCount"], unread)

    def test_the_fixed_server_lists_the_same(self):
        new_conversation(23, 24, texts=2)
        new_conversation(23)
        first = Client(server(), 23).get("/conversations/?limit=50").json
        fixed = Client(server(**FIXED), 23).get("/conversations/?limit=50").json
        self.assertEqual(len(first["data"]), 3)
        for answer in (first, fixed):
            for conversation in answer["data"]:
                conversation["members"].sort(key=lambda member: member["userId"])
        self.assertEqual(first, fixed)

    def test_a_list_of_11_conversations_is_near_the_productions_size(self):
        answer = Client(server()).get("/conversations/?limit=100")
        seeded = {world.BIG_GROUP} | {world.extra_group(n) for n in range(10)}
        listed = [one for one in answer.json["data"] if one["id"] in seeded]
        self.assertEqual(len(listed), 11)
        size = len(json.dumps(listed, separators=(",", ":"), ensure_ascii=False))
        self.assertGreater(size, 90_000)
        self.assertLess(size, 130_000)


class One(unittest.TestCase):
    def test_GET_answers_200_with_all_members(self):
        answer = Client(server()).get(f"/conversations/{world.BIG_GROUP}")
        self.assertEqual((answer.status, set(answer.json)), (200, FIELDS))
        self.assertEqual(len(answer.json["members"]), 100)
        self.assertGreater(len(answer.body), 45_000)
        self.assertLess(len(answer.body), 60_000)

    def test_a_non_member_gets_403(self):
        answer = Client(server(), world.OUTSIDER).get(f"/conversations/{world.BIG_GROUP}")
        self.assertEqual(answer.status, 403)

    def test_an_unknown_one_is_404(self):
        self.assertEqual(Client(server()).get("/conversations/unknown").status, 404)

    def test_mark_read_answers_200_and_nothing_is_unread(self):
        conversation = new_conversation(0, 1, texts=2)
        path = f"/conversations/{conversation}"
        self.assertEqual(Client(server(), 1).get(path).json["unreadCount"], 2)
        self.assertEqual(Client(server(), 1).post(path + "/mark-read").status, 200)
        after = Client(server(), 1).get(path).json
        self.assertEqual(after["unreadCount"], 0)
        mine = next(one for one in after["members"] if one["userId"] == world.user_id(1))
        self.assertIsNotNone(mine["lastReadAt"])

    def test_mark_read_by_a_non_member_is_403(self):
        conversation = new_conversation(0)
        answer = Client(server(), 1).post(f"/conversations/{conversation}/mark-read")
        self.assertEqual(answer.status, 403)


if __name__ == "__main__":
    unittest.main()
