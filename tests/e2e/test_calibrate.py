"""The diagnosis against three combinations of the reference chat's switches; `make calibrate` does
all of them."""

import unittest

from tests.calibrate.calibrate import Chat, Combination, Score, judge, mistakes_of

COMBINATIONS = [
    Combination("off", set(), ["reactions", "lists", "votes"]),
    Combination("lock and debug query", {"poll-row-lock", "unbounded-debug-query"},
                ["reactions", "votes"]),
    Combination("reactions and lists", {"reaction-rows", "conversation-list-n-plus-1"},
                ["reactions", "lists"]),
]

chat = None


def setUpModule():
    global chat
    chat = Chat("diagnosis")


def tearDownModule():
    chat.stop()


class Diagnosis(unittest.TestCase):
    def test_what_is_switched_on_is_found_and_nothing_else(self):
        for combination in COMBINATIONS:
            with self.subTest(combination.name):
                judged, _ = judge(chat, combination)
                wrong = mistakes_of(combination, judged, Score(), False)
                self.assertEqual(wrong, [], "\n".join(wrong))


if __name__ == "__main__":
    unittest.main()
