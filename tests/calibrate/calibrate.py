#!/usr/bin/python3
"""Does the diagnosis name what is switched on in the reference chat, and nothing else?

    tests/calibrate/calibrate.py [--passes N] [--only NAME,…] [--seed N]
    tests/calibrate/calibrate.py --list

Each combination of switches is one run of a short form of the suite: the server is started anew with
its switches, seeded, loaded by a few seconds of each workload, and opened in the browser with the
client's switches in its address. What tmscdp says of each cause is compared with what was switched
on: all off, each alone, all on, ten random combinations and a pool that is too small. The advisory
lock of a conversation has no switch: the chat always has it, and it must always be found.

tmscdp is told nothing of the switches. Results that were judged wrong are kept under
build/calibrate/. Exit code 1 when one was.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.stack import SeededStack  # noqa: E402

KEPT = ROOT / "build" / "calibrate"
RANDOM_COMBINATIONS = 10
QUIET_SECONDS = 30
FOUND, NOT_FOUND, CANNOT_TELL = "found", "not found", "cannot tell"

# The cause's id in the diagnosis, and the switch that makes it: of the server, or of the client.
SERVER = {
    "unbounded-debug-query": "TMS_DEBUG_QUERY",
    "poll-row-lock": "TMS_POLL_LOCK",
    "reaction-rows": "TMS_REACTION_ROWS",
    "conversation-list-n-plus-1": "TMS_CONVERSATIONS_N_PLUS_1",
    "membership-query-per-connect": "TMS_CONNECT_QUERIES",
    "hmac-per-file": "TMS_FILE_HMAC",
}
CLIENT = {
    "no-virtualization": ("list", "plain", "virtual"),
    "sequential-decryption": ("decrypt", "sequential", "parallel"),
}
CAUSES = [*SERVER, *CLIENT]
ALWAYS = "conversation-advisory-lock"
POOL = "pool-exhausted"
NEVER = "saturated-generator"
SMALL_POOL = {"TMS_POOL_SIZE": "1", "TMS_POOL_OVERFLOW": "1", "TMS_POOL_TIMEOUT_S": "1",
              "TMS_FETCH_DELAY_MS": "400"}

# Which part of the short suite shows which causes.
PARTS = {
    "pages": {"unbounded-debug-query", "hmac-per-file", POOL, NEVER},
    "lists": {"conversation-list-n-plus-1", POOL, NEVER},
    "votes": {"poll-row-lock", POOL, NEVER},
    "sends": {ALWAYS, POOL, NEVER},
    "sockets": {"membership-query-per-connect", POOL, NEVER},
    "reactions": {"reaction-rows", "unbounded-debug-query", POOL, NEVER},
    "browser": set(CLIENT),
    "crowd": {POOL, NEVER, "unbounded-debug-query"},
}
WHOLE = ["pages", "lists", "votes", "sends", "sockets", "reactions", "browser"]


@dataclass
class Combination:
    name: str
    on: set
    parts: list = field(default_factory=lambda: list(WHOLE))
    extra: dict = field(default_factory=dict)

    def switches(self):
        states = {variable: "on" if cause in self.on else "off"
                  for cause, variable in SERVER.items()}
        # What a connect tells to the others is no cause that the diagnosis knows.
        return {"RATELIMIT_ENABLED": "false", "TMS_PRESENCE_BROADCAST": "off", **states,
                **self.extra}

    def client(self):
        return {name: on if cause in self.on else off
                for cause, (name, on, off) in CLIENT.items()}

    def expected(self):
        """The state that each cause must have, of those that the parts can show."""
        shown = set().union(*(PARTS[part] for part in self.parts))
        on = self.on | {ALWAYS} | ({POOL} if self.extra else set())
        return {cause: FOUND if cause in on else NOT_FOUND for cause in sorted(shown)}


def combinations(seed):
    chance = random.Random(seed)
    made = [Combination("off", set())]
    made += [Combination(cause, {cause}) for cause in CAUSES]
    made.append(Combination("on", set(CAUSES)))
    for number in range(1, RANDOM_COMBINATIONS + 1):
        made.append(Combination(f"random-{number}",
                                {cause for cause in CAUSES if chance.random() < 0.5}))
    made.append(Combination("small-pool", set(), ["crowd"], SMALL_POOL))
    return made


class Chat(SeededStack):
    """A stack whose server is started anew with other switches; the rest goes on."""

    def restart(self, combination):
        pid = self.pid("server") if self.env else None
        if pid is not None:
            self.stack("reset")
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + 20
            while Path(f"/proc/{pid}/stat").exists() and not self._is_zombie(pid):
                if time.monotonic() > deadline:
                    raise SystemExit(f"the server (process {pid}) does not end")
                time.sleep(0.02)
        self.switches = combination.switches()
        if pid is None:
            self.start()
        else:
            self.stack("up")
            self.read_env()

    @staticmethod
    def _is_zombie(pid):
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return True

    def wait_until_quiet(self):
        """Until the server has worked off what a load left unanswered: five looks without work."""
        query = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                 " AND state <> 'idle' AND pid <> pg_backend_pid()")
        deadline, quiet = time.monotonic() + QUIET_SECONDS, 0
        while quiet < 5:
            done = subprocess.run(["psql", "-X", "-q", "-At", "-c", query,
                                   self.env["DATABASE_URL"]],
                                  capture_output=True, text=True, check=True)
            quiet = quiet + 1 if done.stdout.strip() == "0" else 0
            if time.monotonic() > deadline:
                raise SystemExit(f"the server still works {QUIET_SECONDS} s after a load")
            time.sleep(0.05)

    def seed(self, *options):
        """Again when a request that comes late was in the way."""
        deadline = time.monotonic() + QUIET_SECONDS
        while True:
            self.wait_until_quiet()
            done = self.tmscdp("seed", "--data-dir", self.data, *options)
            if done.returncode == 0:
                return
            if time.monotonic() > deadline:
                raise SystemExit(f"seed ended with {done.returncode}: {done.stderr}")

    def result(self, command, *arguments):
        runs = Path(tempfile.mkdtemp(prefix="runs-", dir=self.dir))
        done = self.tmscdp(command, *arguments, "--runs-dir", runs, "--data-dir", self.data,
                           "--quiet")
        found = list(runs.glob("*/result.json"))
        if not found:
            raise SystemExit(f"{command} {arguments[0]} ended with {done.returncode}: "
                             f"{done.stderr}")
        return json.loads(found[0].read_text())

    def stress(self, workload, *options):
        return self.result("stress", workload, "--no-baseline", "--no-thresholds", *options)


def run_part(chat, part, combination):
    if part == "pages":
        return chat.stress("page-cost", "--iterations", 150)
    if part == "lists":
        return chat.stress("conversations", "--vus", 3, "--duration", "2s")
    if part == "votes":
        return chat.stress("poll-vote", "--vus", 20, "--duration", "4s")
    if part == "sends":
        return chat.stress("message-send", "--vus", 12, "--duration", "4s")
    if part == "sockets":
        return chat.stress("websocket", "--stage", "3s:250", "--stage", "2s:250")
    if part == "reactions":
        chat.seed("--reactions", 20)
        return chat.stress("page-cost", "--iterations", 8)
    if part == "crowd":
        return chat.stress("media", "--vus", 20, "--duration", "6s")
    chat.seed("--encrypted", 50)
    for attempt in (1, 2):
        result = chat.result("measure", "--quick", "--messages", "50,100", "--variant",
                             f"client={chat.client_url(**combination.client())}")
        if result["state"] == "complete" or attempt == 2:
            return result
        # A page that could not be measured is judged by nobody; that it happened is told.
        print(f"    {combination.name}: the browser again: {result['reason']}", flush=True)


def merge(states):
    """As several results are judged together."""
    return next((state for state in (FOUND, NOT_FOUND) if state in states), CANNOT_TELL)


def judge(chat, combination, verbose=False):
    """{cause: (state, what was said)} over all parts, and the results."""
    laps = [("start", time.monotonic())]
    chat.restart(combination)
    chat.seed()
    results = []
    for part in combination.parts:
        laps.append((part, time.monotonic()))
        chat.wait_until_quiet()
        results.append(run_part(chat, part, combination))
    laps.append(("", time.monotonic()))
    if verbose:
        print("    seconds: " + ", ".join(f"{name} {end - begun:.1f}" for (name, begun), (_, end)
                                           in zip(laps, laps[1:])))
    said = {}
    for result in results:
        for rule in result.get("diagnosis", {}).get("rules", []):
            said.setdefault(rule["id"], []).append(rule)
    judged = {}
    for cause, rules in said.items():
        state = merge([rule["state"] for rule in rules])
        deciding = [rule for rule in rules if rule["state"] == state]
        relevant = [rule for rule in deciding if rule["relevant"]] or deciding
        texts = [e["text"] for e in relevant[0]["evidence"]] + [relevant[0].get("why", "")]
        judged[cause] = (state, "; ".join(text for text in texts if text))
    return judged, results


def keep(name, results):
    shutil.rmtree(KEPT / name, ignore_errors=True)
    (KEPT / name).mkdir(parents=True)
    for number, result in enumerate(results):
        (KEPT / name / f"{number}-{result['command']}.json").write_text(json.dumps(result, indent=1))


class Score:
    """Per cause: how often it was there and found, and not there and found."""

    def __init__(self):
        self.counts = {}

    def add(self, cause, wanted, state):
        row = self.counts.setdefault(cause, {"on": 0, "seen": 0, "off": 0, "alarms": 0,
                                             "unknown": 0})
        row["on" if wanted == FOUND else "off"] += 1
        row["seen"] += wanted == FOUND and state == FOUND
        row["alarms"] += wanted != FOUND and state == FOUND
        row["unknown"] += state == CANNOT_TELL

    def tell(self):
        print(f"\n{'cause':32} {'there':>6} {'found':>6} {'sensitivity':>12} "
              f"{'not there':>10} {'false alarms':>13} {'cannot tell':>12}")
        for cause, row in self.counts.items():
            sensitivity = f"{row['seen'] / row['on']:.0%}" if row["on"] else "-"
            print(f"{cause:32} {row['on']:6} {row['seen']:6} {sensitivity:>12} {row['off']:10} "
                  f"{row['alarms']:13} {row['unknown']:12}")


def mistakes_of(combination, judged, score, verbose):
    """A line for each cause that was judged wrongly."""
    mistakes = []
    for cause, wanted in combination.expected().items():
        state, text = judged.get(cause, (CANNOT_TELL, "no such rule"))
        score.add(cause, wanted, state)
        if state != wanted:
            mistakes.append(f"    {cause}: {state}, should be {wanted}: {text}")
        elif verbose:
            print(f"    {cause}: {state}: {text}")
    return mistakes


def calibrate(chosen, passes, verbose=False):
    """The number of wrong judgements."""
    score, wrong = Score(), 0
    chat = Chat("calibrate")
    try:
        for number in range(1, passes + 1):
            for combination in chosen:
                begun = time.monotonic()
                judged, results = judge(chat, combination, verbose)
                mistakes = mistakes_of(combination, judged, score, verbose)
                print(f"{number}/{passes} {combination.name:30} "
                      f"{time.monotonic() - begun:5.1f} s  "
                      f"{'right' if not mistakes else 'WRONG'}", flush=True)
                if mistakes:
                    print("\n".join(mistakes), flush=True)
                    keep(f"{combination.name}-{number}", results)
                wrong += len(mistakes)
    finally:
        chat.stop()
    score.tell()
    return wrong


def choose(all_of_them, names):
    known = {combination.name: combination for combination in all_of_them}
    for name in names:
        if name not in known:
            raise SystemExit(f"--only {name}: there are {', '.join(known)}")
    return [known[name] for name in names]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passes", type=int, default=1, help="over all combinations (default 1)")
    parser.add_argument("--only", help="these combinations, separated by commas")
    parser.add_argument("--parts", help="these parts of the suite: " + ", ".join(PARTS))
    parser.add_argument("--seed", type=int, default=1, help="of the random combinations")
    parser.add_argument("--verbose", action="store_true", help="also what was judged rightly")
    parser.add_argument("--list", action="store_true", help="list the combinations and end")
    arguments = parser.parse_args()
    chosen = combinations(arguments.seed)
    if arguments.only:
        chosen = choose(chosen, arguments.only.split(","))
    if arguments.parts:
        for combination in chosen:
            combination.parts = arguments.parts.split(",")
            if unknown := set(combination.parts) - PARTS.keys():
                raise SystemExit(f"--parts: there is no {', '.join(sorted(unknown))}")
    if arguments.list:
        for combination in chosen:
            print(f"{combination.name:30} {', '.join(sorted(combination.on)) or '-'}")
        return 0
    begun = time.monotonic()
    wrong = calibrate(chosen, arguments.passes, arguments.verbose)
    print(f"\n{len(chosen) * arguments.passes} combinations in "
          f"{(time.monotonic() - begun) / 60:.1f} min, {wrong} wrong judgements")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
