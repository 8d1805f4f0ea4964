"""Each fault of the reference client moves the metric that is responsible for it."""

import gzip
import json
import unittest

from tests.support.stack import SeededStack, median, stages

CLEAN = {"trap_refetch": "off", "decrypt": "parallel"}
COUNT = 50

stack = None


def setUpModule():
    global stack
    stack = SeededStack("collectors", ["--encrypted", "60"]).start()


def tearDownModule():
    stack.stop()


def load(result, variant, metric):
    for candidate in result["measure"]["variants"]:
        if candidate["name"] == variant:
            return median(candidate["load"], metric)
    raise AssertionError(f"no variant {variant} in the result")


class Faults(unittest.TestCase):
    """One measurement of the virtual list: without faults, and with several that do not meet."""

    @classmethod
    def setUpClass(cls):
        def variant(**switches):
            return stack.client_url(list="virtual", **{**CLEAN, **switches})

        cls.done, cls.result = stack.measure(str(COUNT), {
            "clean": variant(),
            "moving": variant(fault_blank="on", fault_jump=200, fault_detached=500),
            "working": variant(fault_script_per_row=20, decrypt="sequential", trap_refetch="on"),
        }, "--soft-fail")

    def both(self, metric, faulty):
        return [median(stages(self.result, name)[COUNT], metric) for name in ("clean", faulty)]

    def test_every_metric_of_the_collectors_has_a_figure(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        clean = next(v for v in self.result["measure"]["variants"] if v["name"] == "clean")
        missing = {name: value["no_data"]
                   for part in (clean["load"], clean["stages"][0])
                   for name, value in part["metrics"].items() if "no_data" in value}
        # The first load has all fifty messages.
        self.assertEqual(list(missing),
                         ["page_ms", "older_long_frames", "older_longest_frame_ms"], missing)

    def test_blank_rows_are_seen_in_a_fast_scroll(self):
        clean, faulty = self.both("blank_share", "moving")
        self.assertLess(clean, 40)
        self.assertGreater(faulty, 80)

    def test_a_jump_of_200_px_is_seen_to_the_pixel(self):
        clean, faulty = self.both("anchor_jump", "moving")
        self.assertGreater(faulty - clean, 190)
        self.assertLess(faulty, 700)

    def test_what_an_opening_keeps_is_counted_to_the_node(self):
        clean, faulty = self.both("nodes_per_cycle", "moving")
        self.assertLess(abs(clean), 1)
        self.assertAlmostEqual(faulty, 500, delta=5)

    def test_script_per_row_is_seen_while_scrolling(self):
        clean, faulty = self.both("scroll_script_ms", "working")
        self.assertGreater(faulty, clean + 100)

    def test_ten_arriving_messages_have_their_cost(self):
        clean, faulty = self.both("arriving_ms", "moving")
        self.assertGreater(clean, 5)
        self.assertGreater(faulty, 5)

    def test_a_page_that_is_fetched_again_is_counted(self):
        self.assertEqual(load(self.result, "clean", "page_fetches"), 1)
        self.assertEqual(load(self.result, "working", "page_fetches"), 2)

    def test_decryption_one_after_another_is_told_from_all_at_once(self):
        self.assertGreater(load(self.result, "clean", "decrypt_overlap"), 50)
        self.assertLess(load(self.result, "working", "decrypt_overlap"), 5)
        self.assertGreater(load(self.result, "working", "decrypt_ms_50"),
                           load(self.result, "clean", "decrypt_ms_50"))

    def test_the_trace_lies_beside_the_readings(self):
        run = next(stack.dir.glob(f"runs-*/{self.result['id']}"))
        trace = json.loads(gzip.decompress((run / f"raw/clean-r1-{COUNT}.trace.json.gz").read_bytes()))
        names = {event["name"] for event in trace["traceEvents"]}
        self.assertIn("PipelineReporter", names)

    def test_the_keys_and_the_storm_reached_the_app(self):
        raw = next(stack.dir.glob(f"runs-*/{self.result['id']}/raw/clean-r1-{COUNT}.json.gz"))
        readings = json.loads(gzip.decompress(raw.read_bytes()))["readings"]
        self.assertEqual(readings["typing"]["end"]["text"], "harness types twenty")
        storm = readings["storm"]["storm"]
        self.assertEqual(storm["by"], "socket")
        # Far from the limit of what counts as a reaction.
        self.assertGreater(storm["mutations"], len(storm["times"]) / 2)
        for name in ("typing", "storm"):
            self.assertNotIn("error", readings[name])


if __name__ == "__main__":
    unittest.main()
