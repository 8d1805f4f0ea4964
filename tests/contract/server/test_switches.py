"""Switches: names, defaults, refusals."""

import subprocess
import unittest

from support import SERVER_FOLDER, private_stack, stack

from tms_server.switches import BadSwitch, from_environment, rate_limits_enabled

ON_OFF = (
    "TMS_DEBUG_QUERY", "TMS_POLL_LOCK", "TMS_REACTION_ROWS", "TMS_CONVERSATIONS_N_PLUS_1",
    "TMS_CONNECT_QUERIES", "TMS_FILE_HMAC", "TMS_PRESENCE_BROADCAST",
)
MILLISECONDS = (
    "TMS_VOTE_HOLD_MS", "TMS_SEND_HOLD_MS", "TMS_REQUEST_DELAY_MS", "TMS_FETCH_DELAY_MS",
    "TMS_BROADCAST_DELAY_MS",
)


def value_of(switches, variable):
    return getattr(switches, variable.removeprefix("TMS_").lower())


class Defaults(unittest.TestCase):
    def test_all_bottlenecks_are_on(self):
        for variable in ON_OFF:
            self.assertIs(value_of(from_environment({}), variable), True, variable)

    def test_no_delay_is_set(self):
        for variable in MILLISECONDS:
            self.assertEqual(value_of(from_environment({}), variable), 0, variable)

    def test_the_pool_is_20_and_10_with_30_seconds(self):
        switches = from_environment({})
        pool = (switches.pool_size, switches.pool_overflow, switches.pool_timeout_s)
        self.assertEqual(pool, (20, 10, 30))

    def test_the_limiter_is_on_and_counts_addresses(self):
        self.assertEqual(from_environment({}).limiter, "address")
        self.assertIs(rate_limits_enabled({}), True)


class Values(unittest.TestCase):
    def test_each_can_be_set(self):
        for variable in ON_OFF:
            self.assertIs(value_of(from_environment({variable: "off"}), variable), False)
        for variable in MILLISECONDS:
            self.assertEqual(value_of(from_environment({variable: "25"}), variable), 25)

    def test_a_bad_value_is_refused_by_name_with_what_is_allowed(self):
        cases = (
            ("TMS_POLL_LOCK", "maybe", "on or off"),
            ("TMS_POLL_LOCK", "ON", "on or off"),
            ("TMS_POLL_LOCK", "", "on or off"),
            ("TMS_LIMITER", "ip", "off, address or user"),
            ("TMS_VOTE_HOLD_MS", "-1", "milliseconds from 0 to 600000"),
            ("TMS_VOTE_HOLD_MS", "1.5", "milliseconds from 0 to 600000"),
            ("TMS_VOTE_HOLD_MS", "٣", "milliseconds from 0 to 600000"),
            ("TMS_POOL_SIZE", "0", "connections from 1 to 1000"),
            ("TMS_POOL_TIMEOUT_S", "601", "seconds from 1 to 600"),
        )
        for variable, value, allowed in cases:
            with self.subTest(variable=variable, value=value):
                with self.assertRaises(BadSwitch) as refused:
                    from_environment({variable: value})
                self.assertIn(variable, str(refused.exception))
                self.assertIn(allowed, str(refused.exception))

    def test_a_mistyped_name_is_refused(self):
        with self.assertRaisesRegex(BadSwitch, "TMS_POLLLOCK is no switch"):
            from_environment({"TMS_POLLLOCK": "off"})
        from_environment({"TMS_CORS_ORIGINS": "http://localhost:3001"})

    def test_RATELIMIT_ENABLED_takes_true_and_false_only(self):
        self.assertIs(rate_limits_enabled({"RATELIMIT_ENABLED": "False"}), False)
        with self.assertRaisesRegex(BadSwitch, "RATELIMIT_ENABLED"):
            rate_limits_enabled({"RATELIMIT_ENABLED": "0"})


class Program(unittest.TestCase):
    def test_a_server_with_a_bad_value_does_not_start_and_says_why(self):
        with self.assertRaisesRegex(private_stack.StackError, "TMS_POLL_LOCK is 'maybe'; it must"):
            with stack().server(TMS_POLL_LOCK="maybe"):
                self.fail("the server started")

    def test_the_module_prints_a_table_of_all_switches(self):
        printed = subprocess.run(
            [private_stack.PYTHON, "-m", "tms_server.switches"], cwd=SERVER_FOLDER,
            capture_output=True, text=True, check=True,
        ).stdout
        for variable in (*ON_OFF, *MILLISECONDS, "TMS_LIMITER", "TMS_POOL_SIZE"):
            self.assertIn(f"| {variable} |", printed)


if __name__ == "__main__":
    unittest.main()
