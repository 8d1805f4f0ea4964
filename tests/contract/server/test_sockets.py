"""Section "Socket.IO" of the contract, seen in raw frames."""

import asyncio
import json
import time
import unittest
from http.client import HTTPConnection

import websockets

from support import (
    FIXED, AsyncTest, Client, first_ping, in_thread, logged_in, message_ids, new_conversation,
    new_poll, opened, server, sql, statements, token, world,
)

PING_INTERVAL_S = 25


class Handshake(AsyncTest):
    async def test_the_open_packet_has_no_upgrades_and_the_contracts_timings(self):
        async with opened(server()) as socket:
            packet = json.loads(socket.frames[0][1:])
            self.assertEqual(socket.frames[0][0], "0")
            self.assertTrue(packet.pop("sid"))
            self.assertEqual(
                packet,
                {"upgrades": [], "pingTimeout": 120000, "pingInterval": 25000,
                 "maxPayload": 1000000},
            )

    async def test_a_foreign_origin_gets_403(self):
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            async with opened(server(), origin="http://localhost:3001"):
                self.fail("the socket opened")
        self.assertEqual(refused.exception.status_code, 403)

    async def test_both_local_origins_and_none_are_accepted(self):
        for origin in ("http://localhost:3000", "http://127.0.0.1:3000", None):
            async with opened(server(), origin=origin) as socket:
                self.assertTrue(socket.frames[0].startswith("0{"))

    async def test_permessage_deflate_is_offered(self):
        async with opened(server()) as socket:
            names = [extension.name for extension in socket.connection.extensions]
            self.assertEqual(names, ["permessage-deflate"])

    def test_the_server_pings_after_25_seconds(self):
        waited_s = first_ping(server()).result(PING_INTERVAL_S + 15)
        self.assertAlmostEqual(waited_s, PING_INTERVAL_S, delta=2)


class Login(AsyncTest):
    async def test_rooms_joined_with_all_conversations_comes_before_the_ack(self):
        conversation = new_conversation(35)
        async with opened(server()) as socket:
            ack = await socket.login({"token": token(35)})
            self.assertTrue(json.loads(ack[2:])["sid"])
            event = json.loads(socket.frames[1][2:])
            self.assertEqual(event[0], "rooms_joined")
            joined = event[1]["conversation_ids"]
            self.assertIn(conversation, joined)
            self.assertIn(world.BIG_GROUP, joined)

    async def test_a_bad_token_is_refused_and_the_engine_stays_open(self):
        async with opened(server()) as socket:
            refused = await socket.login({"token": "nonsense"})
            self.assertEqual(refused, '44{"message":"Connection rejected by server"}')
            accepted = await socket.login({"token": token(36)})
            self.assertTrue(accepted.startswith('40{"sid"'))

    async def test_a_login_without_a_token_is_refused_the_same_way(self):
        for auth in ({}, {"token": None}, {"token": "Bearer " + token(36)}):
            async with opened(server()) as socket:
                self.assertEqual(
                    await socket.login(auth), '44{"message":"Connection rejected by server"}'
                )

    async def test_an_expired_token_is_refused(self):
        async with opened(server()) as socket:
            answer = await socket.login({"token": token(36, exp=int(time.time()) - 1)})
            self.assertTrue(answer.startswith("44"))

    async def test_a_connect_marks_messages_delivered_and_tells_their_room(self):
        conversation = new_conversation(37, 38)
        message_id = Client(server(), 37).send(conversation).json["id"]
        async with logged_in(server(), 37) as sender:
            async with logged_in(server(), 38):
                wanted = {
                    "conversation_id": conversation, "user_id": world.user_id(38),
                    "message_ids": [message_id],
                }
                while await sender.event("messages_delivered") != wanted:
                    pass  # the sender's own mark, and those of other tests' conversations
        stored = sql(f"SELECT status FROM message_status WHERE message_id = '{message_id}'"
                     f" AND user_id = '{world.user_id(38)}'")
        self.assertEqual(stored, "DELIVERED")


class LongPolling(unittest.TestCase):
    def poll(self, method, sid="", body=None):
        connection = HTTPConnection("127.0.0.1", server().port, timeout=10)
        try:
            path = "/socket.io/?EIO=4&transport=polling" + (sid and f"&sid={sid}")
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def test_a_login_by_long_polling_works_and_answers_are_chunked(self):
        status, headers, text = self.poll("GET")
        self.assertEqual((status, headers["transfer-encoding"]), (200, "chunked"))
        self.assertEqual(json.loads(text[1:])["upgrades"], ["websocket"])
        sid = json.loads(text[1:])["sid"]
        status, _, text = self.poll("POST", sid, "40" + json.dumps({"token": token(39)}))
        self.assertEqual((status, text.lower()), (200, "ok"))
        frames = ""
        while "40{" not in frames:
            frames += self.poll("GET", sid)[2] + "\x1e"
        self.assertIn('42["rooms_joined"', frames)


class Presence(AsyncTest):
    async def test_user_online_and_user_offline_go_to_everybody_else(self):
        async with logged_in(server(), 45) as first:
            async with logged_in(server(), 46) as second:
                self.assertEqual(
                    await first.event("user_online"), {"user_id": world.user_id(46)}
                )
            self.assertEqual(await first.event("user_offline"), {"user_id": world.user_id(46)})
            own = f'["user_online",{{"user_id":"{world.user_id(46)}"}}]'
            self.assertNotIn("42" + own, second.frames)

    async def test_a_storm_of_n_connects_costs_n_times_n_minus_1_by_2_events(self):
        count, sockets = 8, []
        async with self.all_closed(sockets):
            for user in range(50, 50 + count):
                sockets.append(await self.connect(user))
            last = f'42["user_online",{{"user_id":"{world.user_id(50 + count - 1)}"}}]'
            for socket in sockets[:-1]:
                await socket.until(lambda frame: frame == last)
            ours = {world.user_id(user) for user in range(50, 50 + count)}
            told = [
                json.loads(frame[2:])[1]["user_id"] for socket in sockets
                for frame in socket.frames if frame.startswith('42["user_online"')
            ]
            heard = [user_id for user_id in told if user_id in ours]
            self.assertEqual(len(heard), count * (count - 1) // 2)

    async def connect(self, user):
        opening = logged_in(server(), user)
        socket = await opening.__aenter__()
        socket.opening = opening
        return socket

    def all_closed(self, sockets):
        class Closing:
            async def __aenter__(self):
                return self

            async def __aexit__(self, *error):
                for socket in sockets:
                    await socket.opening.__aexit__(*error)

        return Closing()

    async def test_without_presence_broadcast_nobody_is_told(self):
        conversation = new_conversation(60, 61)
        to = server(**FIXED)
        async with logged_in(to, 60) as first, logged_in(to, 61):
            await in_thread(Client(to, 61).send, conversation)
            await first.event("new_message")
            self.assertFalse([frame for frame in first.frames if "user_online" in frame])


class Memberships(AsyncTest):
    READ = "SELECT conversation_members.conversation_id%"

    async def reads(self, to, user):
        async def connect():
            async with logged_in(to, user):
                pass

        await connect()
        return (await in_thread(statements, lambda: asyncio.run(connect()), self.READ))[0]

    async def test_at_first_each_connect_reads_the_memberships(self):
        self.assertEqual(await self.reads(server(), 62), 1)

    async def test_when_fixed_a_second_connect_within_five_minutes_reads_none(self):
        self.assertEqual(await self.reads(server(**FIXED), 63), 0)


class FromHttp(AsyncTest):
    """What a request causes is told to the room."""

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.conversation = new_conversation(64, 65, texts=1)
        self.message_id = message_ids(self.conversation)[0]
        self.client = Client(server(), 64)

    async def told(self, act, event):
        """The event's data as the sender and another member got it; both must be equal."""
        async with logged_in(server(), 64) as sender, logged_in(server(), 65) as member:
            await in_thread(act)
            own, other = await sender.event(event), await member.event(event)
            self.assertEqual(own, other)
            return own

    async def test_new_message_is_the_message_in_snake_case_for_sender_and_members(self):
        answers = []
        news = await self.told(
            lambda: answers.append(self.client.send(self.conversation, metadata_json={"aB": 1})),
            "new_message",
        )
        answer = answers[0].json
        self.assertEqual(news["id"], answer["id"])
        for name in ("conversation_id", "sender_id", "sequence_number", "created_at", "reply_to",
                     "is_edited", "sender_key_id", "encryption_version", "deleted_at"):
            self.assertIn(name, news)
        self.assertEqual(news["sender"]["first_name"], "Stress")
        self.assertEqual(news["metadata"], {"aB": 1})
        self.assertEqual(len(news), len(answer))

    async def test_new_message_does_not_reach_those_outside_the_room(self):
        elsewhere = new_conversation(66)
        async with logged_in(server(), 66) as stranger:
            await in_thread(self.client.send, self.conversation)
            await in_thread(Client(server(), 66).send, elsewhere)
            news = await stranger.event("new_message")
            self.assertEqual(news["conversation_id"], elsewhere)

    async def test_new_message_reaches_sockets_of_another_server_process(self):
        async with logged_in(server(**FIXED), 65) as member:
            await in_thread(self.client.send, self.conversation)
            news = await member.event("new_message")
            self.assertEqual(news["conversation_id"], self.conversation)

    async def test_message_edited_carries_the_message(self):
        news = await self.told(
            lambda: self.client.put(f"/messages/{self.message_id}", {"content": "New"}),
            "message_edited",
        )
        self.assertEqual((news["id"], news["content"]), (self.message_id, "New"))

    async def test_message_deleted_names_the_message(self):
        news = await self.told(
            lambda: self.client.delete(f"/messages/{self.message_id}"), "message_deleted"
        )
        self.assertEqual(news["message_id"], self.message_id)

    async def test_message_status_is_told_when_a_message_is_read(self):
        body = {"message_ids": [self.message_id], "conversation_id": self.conversation}
        news = await self.told(
            lambda: Client(server(), 65).post("/messages/mark-read", body), "message_status"
        )
        self.assertEqual((news["message_id"], news["user_id"], news["status"]),
                         (self.message_id, world.user_id(65), "READ"))

    async def test_reaction_added_has_message_id_and_reaction(self):
        news = await self.told(
            lambda: self.client.post(f"/messages/{self.message_id}/reactions", {"emoji": "👍"}),
            "reaction_added",
        )
        self.assertEqual(set(news), {"message_id", "reaction"})
        self.assertEqual(news["message_id"], self.message_id)
        self.assertEqual(news["reaction"]["emoji"], "👍")
        self.assertEqual(news["reaction"]["user_id"], world.user_id(64))

    async def test_reaction_removed_names_message_user_and_emoji(self):
        path = f"/messages/{self.message_id}/reactions"
        self.client.post(path, {"emoji": "A"})
        news = await self.told(lambda: self.client.delete(path + "/A"), "reaction_removed")
        self.assertEqual(
            news, {"message_id": self.message_id, "user_id": world.user_id(64), "emoji": "A"}
        )

    async def test_poll_vote_added_has_poll_id_user_id_and_poll(self):
        poll = new_poll(64, 65)
        news = await self.told(
            lambda: self.client.post(f"/polls/{poll.id}/vote", {"option_ids": poll.options[:1]}),
            "poll_vote_added",
        )
        self.assertEqual(set(news), {"poll_id", "user_id", "poll"})
        self.assertEqual((news["poll_id"], news["user_id"]), (poll.id, world.user_id(64)))
        self.assertEqual(news["poll"]["options"][0]["vote_count"], 1)


class FromClients(AsyncTest):
    async def test_keepalive_is_acknowledged(self):
        async with logged_in(server(), 70) as socket:
            await socket.emit("keepalive")
            await socket.event("keepalive_ack")

    async def test_typing_start_and_stop_go_to_the_others_of_the_room(self):
        conversation = new_conversation(71, 72)
        async with logged_in(server(), 71) as writer, logged_in(server(), 72) as reader:
            for event in ("typing_start", "typing_stop"):
                await writer.emit(event, {"conversation_id": conversation})
                self.assertEqual(
                    await reader.event(event),
                    {"conversation_id": conversation, "user_id": world.user_id(71)},
                )
            self.assertFalse([frame for frame in writer.frames if "typing_" in frame])

    async def test_who_left_a_conversation_hears_nothing_of_it_until_joining_again(self):
        conversation, other = new_conversation(73), new_conversation(73)
        client = Client(server(), 73)
        async with logged_in(server(), 73) as socket:
            await socket.emit("leave_conversation", {"conversation_id": conversation})
            await socket.emit("keepalive")
            await socket.event("keepalive_ack")
            await in_thread(client.send, conversation)
            await in_thread(client.send, other)
            news = await socket.event("new_message")
            self.assertEqual(news["conversation_id"], other)

            await socket.emit("join_conversation", {"conversation_id": conversation})
            joined = await socket.event("rooms_joined")
            self.assertEqual(joined, {"conversation_ids": [conversation]})
            await in_thread(client.send, conversation)
            news = await socket.event("new_message")
            self.assertEqual(news["conversation_id"], conversation)

    async def test_joining_a_strangers_conversation_is_answered_by_error(self):
        conversation = new_conversation(74)
        async with logged_in(server(), 75) as socket:
            await socket.emit("join_conversation", {"conversation_id": conversation})
            self.assertIn("message", await socket.event("error"))

    async def test_an_event_without_its_conversation_is_answered_by_error(self):
        async with logged_in(server(), 75) as socket:
            for event in ("join_conversation", "leave_conversation", "typing_start"):
                await socket.emit(event)
                self.assertIn("message", await socket.event("error"))


if __name__ == "__main__":
    unittest.main()
