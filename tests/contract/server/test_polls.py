"""Polls: the Poll object, creating, voting."""

import unittest

from support import Client, new_conversation, new_poll, server, sql, world

POLL_FIELDS = {
    "id", "messageId", "question", "multipleChoice", "isClosed", "expiresAt", "createdAt",
    "options", "totalVotes", "userVotes",
}


class Voting(unittest.TestCase):
    def vote(self, poll, *options, user=0):
        body = {"option_ids": list(options)}
        return Client(server(), user).post(f"/polls/{poll.id}/vote", body)

    def test_a_vote_answers_200_with_success_poll_and_message(self):
        poll = new_poll(0)
        answer = self.vote(poll, poll.options[2])
        self.assertEqual(answer.status, 200)
        self.assertEqual(set(answer.json), {"success", "poll", "message"})
        self.assertIs(answer.json["success"], True)
        self.assertEqual(answer.json["poll"]["userVotes"], [poll.options[2]])

    def test_a_second_vote_replaces_the_first(self):
        poll = new_poll(0)
        self.vote(poll, poll.options[0])
        answer = self.vote(poll, poll.options[1])
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json["poll"]["userVotes"], [poll.options[1]])
        self.assertEqual(answer.json["poll"]["totalVotes"], 1)

    def test_the_same_vote_again_is_200_too(self):
        poll = new_poll(0)
        for _ in range(2):
            self.assertEqual(self.vote(poll, poll.options[0]).status, 200)
        self.assertEqual(self.count(poll), 1)

    def count(self, poll):
        return int(sql(f"SELECT count(*) FROM poll_votes WHERE poll_id = '{poll.id}'"))

    def test_an_option_of_another_poll_is_400(self):
        poll = new_poll(0)
        answer = self.vote(poll, world.option_id(0))
        self.assertEqual(answer.status, 400)
        self.assertIsInstance(answer.json["detail"], str)

    def test_several_options_on_a_single_choice_poll_are_400(self):
        poll = new_poll(0)
        self.assertEqual(self.vote(poll, *poll.options[:2]).status, 400)
        self.assertEqual(self.count(poll), 0)

    def test_several_options_on_a_multiple_choice_poll_are_200(self):
        poll = new_poll(0, multiple=True)
        answer = self.vote(poll, *poll.options[:2])
        self.assertEqual(answer.status, 200)
        self.assertEqual(set(answer.json["poll"]["userVotes"]), set(poll.options[:2]))

    def test_an_expired_poll_is_400(self):
        poll = new_poll(0, expires="now() - interval '1 minute'")
        self.assertEqual(self.vote(poll, poll.options[0]).status, 400)

    def test_a_poll_that_expires_later_takes_votes(self):
        poll = new_poll(0, expires="now() + interval '1 hour'")
        self.assertEqual(self.vote(poll, poll.options[0]).status, 200)

    def test_an_unknown_poll_is_404(self):
        answer = Client(server()).post("/polls/unknown/vote", {"option_ids": ["x"]})
        self.assertEqual(answer.status, 404)

    def test_a_non_member_gets_403(self):
        poll = new_poll(0)
        self.assertEqual(self.vote(poll, poll.options[0], user=1).status, 403)

    def test_an_empty_vote_is_422(self):
        self.assertEqual(self.vote(new_poll(0)).status, 422)

    def test_votes_have_no_rate_limit(self):
        poll = new_poll(0)
        client = Client(server(RATELIMIT_ENABLED="true"))
        for n in range(65):
            answer = client.post(f"/polls/{poll.id}/vote", {"option_ids": [poll.options[n % 4]]})
            self.assertEqual(answer.status, 200)


class Reading(unittest.TestCase):
    def test_GET_answers_200_with_options_counts_and_voters(self):
        poll = new_poll(0, 1)
        for user in (0, 1):
            Client(server(), user).post(
                f"/polls/{poll.id}/vote", {"option_ids": [poll.options[3]]}
            )
        answer = Client(server()).get(f"/polls/{poll.id}")
        self.assertEqual((answer.status, set(answer.json)), (200, POLL_FIELDS))
        self.assertEqual([one["id"] for one in answer.json["options"]], poll.options)
        last = answer.json["options"][3]
        self.assertEqual(set(last), {"id", "optionText", "position", "voteCount", "voters"})
        self.assertEqual(last["voteCount"], 2)
        self.assertEqual(set(last["voters"]), {world.user_id(0), world.user_id(1)})
        self.assertEqual(answer.json["totalVotes"], 2)
        self.assertEqual(answer.json["userVotes"], [poll.options[3]])
        self.assertIs(answer.json["isClosed"], False)

    def test_an_unknown_poll_is_404_and_a_strangers_403(self):
        self.assertEqual(Client(server()).get("/polls/unknown").status, 404)
        self.assertEqual(Client(server(), 1).get(f"/polls/{new_poll(0).id}").status, 403)


class Creating(unittest.TestCase):
    def test_a_new_poll_is_201_and_stands_in_a_POLL_message(self):
        conversation = new_conversation(0)
        answer = Client(server()).post(
            "/polls/",
            {"conversation_id": conversation, "question": "Tea?", "options": ["Yes", "No"]},
        )
        self.assertEqual((answer.status, set(answer.json)), (201, POLL_FIELDS))
        message = Client(server()).page(conversation).json["data"][0]
        self.assertEqual(message["type"], "POLL")
        self.assertEqual(message["poll"]["question"], "Tea?")
        self.assertEqual(message["id"], answer.json["messageId"])


if __name__ == "__main__":
    unittest.main()
