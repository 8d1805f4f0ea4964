#!/usr/bin/python3
"""Measure the size of each switch's effect and print it as a Markdown table.

    /usr/bin/python3 tests/tms/server/measure_effects.py [SWITCH...]

SWITCH is a name of MEASUREMENTS below; all are measured when none is given.
Runs about a minute on a private PostgreSQL, Redis and one server per setting. The instruments are
pg_stat_statements, the kernel's CPU times of the server process, and wall clocks around plain HTTP
and WebSocket calls; nothing of the harness that the reference chat is to prove.
"""

import asyncio
import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Callable

import sample_world as world
from api_client import Client, logged_in
from private_stack import PrivateStack, Server

PAGES = 20  # requests per CPU figure
REACTIONS_EACH = 2  # emojis of every user on each measured image message
FIRST_IMAGES = "limit=50&cursor=seq:102"
OFF = {"RATELIMIT_ENABLED": "false"}
LEAN = {**OFF, "TMS_DEBUG_QUERY": "off"}
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Row:
    """One line: what `on` and `off` stand for is said in `measured`."""

    switch: str
    measured: str
    on: str
    off: str
    size: str


def times(on: float, off: float) -> str:
    return f"{on / off:.1f} ×" if off else "–"


class Cost:
    """What one kind of request costs: statements, rows, CPU of the server process, time."""

    def __init__(self, stack: PrivateStack, server: Server, act: Callable[[], Any],
                 requests: int = PAGES):
        act()  # a new pool connection asks for its types first
        self.statements, self.rows = stack.statements(act)
        self.database_ms = float(stack.sql(
            "SELECT sum(total_exec_time) FROM pg_stat_statements"
            " WHERE query !~ 'pg_stat_(statements|activity)'"
        ))
        cpu, walls = self._cpu_s(server), []
        for _ in range(requests):
            begun = time.perf_counter()
            act()
            walls.append(time.perf_counter() - begun)
        self.cpu_ms = (self._cpu_s(server) - cpu) * 1000 / requests
        self.wall_ms = statistics.median(walls) * 1000

    @staticmethod
    def _cpu_s(server: Server) -> float:
        with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def cost_of(stack: PrivateStack, path: str, requests: int = PAGES, **switches: str) -> Cost:
    with stack.server(**switches) as server:
        client = Client(server)
        return Cost(stack, server, lambda: client.get(path), requests)


def page_path(query: str = "limit=50") -> str:
    return f"/messages/conversations/{world.BIG_GROUP}/messages?{query}"


def debug_query(stack: PrivateStack, switch: str) -> list[Row]:
    on = cost_of(stack, page_path(), **OFF)
    off = cost_of(stack, page_path(), **LEAN)
    return [
        Row(switch, "newest page of 201 messages: statements, rows, time in the database",
            f"{on.statements}, {on.rows}, {on.database_ms:.2f} ms",
            f"{off.statements}, {off.rows}, {off.database_ms:.2f} ms",
            times(on.database_ms, off.database_ms)),
        Row(switch, "the same: CPU of the server a request, median time",
            f"{on.cpu_ms:.1f} ms, {on.wall_ms:.0f} ms",
            f"{off.cpu_ms:.1f} ms, {off.wall_ms:.0f} ms", times(on.cpu_ms, off.cpu_ms)),
    ]


def add_reactions(stack: PrivateStack) -> int:
    """Reactions of all users on the 50 newest images (none on the newest page); their number."""
    stack.sql(f"""
        INSERT INTO message_reactions
        SELECT gen_random_uuid()::text, m.id, u.id, e, now()
        FROM messages m, users u, unnest((ARRAY['A', 'B', 'C'])[1:{REACTIONS_EACH}]) AS e
        WHERE m.conversation_id = '{world.BIG_GROUP}'
            AND m.sequence_number BETWEEN 52 AND 101;
        ANALYZE message_reactions;
    """)
    return int(stack.sql("SELECT count(*) FROM message_reactions"))


def with_reactions(stack: PrivateStack, switch: str) -> list[Row]:
    count = add_reactions(stack)
    on = cost_of(stack, page_path(), **OFF)
    off = cost_of(stack, page_path(), **LEAN)
    found = [
        Row("debug-query", f"newest page after {count:,} reactions on older messages: rows, CPU",
            f"{on.rows:,}, {on.cpu_ms:.0f} ms", f"{off.rows}, {off.cpu_ms:.1f} ms",
            times(on.cpu_ms, off.cpu_ms)),
    ]
    on = cost_of(stack, page_path(FIRST_IMAGES), **LEAN)
    off = cost_of(stack, page_path(FIRST_IMAGES), TMS_REACTION_ROWS="off", **LEAN)
    found.append(
        Row(switch, f"page of images with {count // 50} reactions each, debug-query off: rows, CPU",
            f"{on.rows:,}, {on.cpu_ms:.0f} ms", f"{off.rows:,}, {off.cpu_ms:.0f} ms",
            times(on.cpu_ms, off.cpu_ms)),
    )
    stack.sql("TRUNCATE message_reactions")
    return found


def conversations(stack: PrivateStack, switch: str) -> list[Row]:
    path = "/conversations/?limit=50"
    on = cost_of(stack, path, **OFF)
    off = cost_of(stack, path, TMS_CONVERSATIONS_N_PLUS_1="off", **OFF)
    return [
        Row(switch, "list of 11 conversations: statements, CPU, median time",
            f"{on.statements}, {on.cpu_ms:.0f} ms, {on.wall_ms:.0f} ms",
            f"{off.statements}, {off.cpu_ms:.0f} ms, {off.wall_ms:.0f} ms",
            times(on.wall_ms, off.wall_ms)),
    ]


def file_hmac(stack: PrivateStack, switch: str) -> list[Row]:
    path = page_path("limit=100")
    on = cost_of(stack, path, 8 * PAGES, **LEAN)  # the effect is small
    off = cost_of(stack, path, 8 * PAGES, TMS_FILE_HMAC="off", **LEAN)
    return [
        Row(switch, "page of 100 FILE messages, debug-query off: CPU of the server a request",
            f"{on.cpu_ms:.1f} ms", f"{off.cpu_ms:.1f} ms", f"+{on.cpu_ms - off.cpu_ms:.1f} ms"),
    ]


async def _connect_all(server: Server, users: list[int]) -> int:
    """Log all in, one after the other; how many user_online frames they got in all."""
    async with AsyncExitStack() as opened:
        sockets = [await opened.enter_async_context(logged_in(server, user)) for user in users]
        # What was told before this goes the same way through Redis and so arrives before it.
        await sockets[-1].emit("typing_start", {"conversation_id": world.BIG_GROUP})
        for socket in sockets[:-1]:
            await socket.event("typing_start")
        frames = [frame for socket in sockets for frame in socket.frames]
        return sum(frame.startswith('42["user_online"') for frame in frames)


def sockets(stack: PrivateStack, switch: str) -> list[Row]:
    reads = "SELECT conversation_members.conversation_id%"
    users = list(range(20, 40))
    heard, counted = {}, {}
    for setting in ("on", "off"):
        stack.redis_command("FLUSHALL")
        switches = {"TMS_CONNECT_QUERIES": setting, "TMS_PRESENCE_BROADCAST": setting}

        def connect(to: Server, into: str = setting) -> None:
            asyncio.run(_connect_all(to, users))
            heard[into] = asyncio.run(_connect_all(to, users))

        with stack.server(**OFF, **switches) as server:
            counted[setting], _ = stack.statements(lambda to=server: connect(to), reads)
    return [
        Row("connect-queries", "20 users connect twice: reads of their memberships",
            str(counted["on"]), str(counted["off"]), times(counted["on"], counted["off"])),
        Row(switch, "20 sockets connect one by one: user_online frames in all",
            str(heard["on"]), str(heard["off"]), "n(n − 1)/2"),
    ]


def limiter(stack: PrivateStack, switch: str) -> list[Row]:
    accepted = {}
    for mode in ("address", "user", "off"):
        stack.redis_command("FLUSHALL")
        with stack.server(TMS_LIMITER=mode) as server:
            answers = [
                Client(server, n % 2).send(world.extra_group(0)).status for n in range(70)
            ]
            accepted[mode] = answers.count(201)
    return [
        Row(switch, "70 sends of two users of one address within a minute: accepted",
            f"address {accepted['address']}, user {accepted['user']}", str(accepted["off"]),
            "30 a minute and key"),
    ]


def _votes(server: Server, voters: int, votes: int) -> tuple[float, float]:
    """All vote at once, `votes` times each: p95 in ms, votes a second."""

    def one(user: int) -> list[float]:
        taken = []
        for n in range(votes):
            begun = time.perf_counter()
            body = {"option_ids": [world.option_id((user + n) % world.POLL_OPTIONS)]}
            answer = Client(server, user).post(f"/polls/{world.POLL}/vote", body)
            if answer.status != 200:
                raise RuntimeError(f"a vote was answered {answer.status}: {answer.body!r}")
            taken.append(time.perf_counter() - begun)
        return taken

    begun = time.perf_counter()
    with ThreadPoolExecutor(voters) as pool:
        taken = sorted(sum(pool.map(one, range(voters)), []))
    rate = len(taken) / (time.perf_counter() - begun)
    return taken[int(len(taken) * 0.95)] * 1000, rate


def _wait_of_polls_row_ms(stack: PrivateStack, suffix: str) -> float:
    """Mean time of the statement that reads the poll, waiting for its lock included."""
    return float(stack.sql(
        "SELECT sum(total_exec_time) / sum(calls) FROM pg_stat_statements"
        f" WHERE query LIKE 'SELECT polls.%WHERE polls.id = $1::varchar{suffix}'"
    ))


def poll_lock(stack: PrivateStack, switch: str) -> list[Row]:
    waits, votes = {}, {}
    for setting, suffix in (("on", " FOR UPDATE"), ("off", "")):
        with stack.server(**OFF, TMS_POLL_LOCK=setting) as server:
            stack.sql("SELECT pg_stat_statements_reset()")
            _votes(server, voters=20, votes=4)
            waits[setting] = _wait_of_polls_row_ms(stack, suffix)
        with stack.server(**OFF, TMS_POLL_LOCK=setting, TMS_VOTE_HOLD_MS="100") as server:
            votes[setting] = _votes(server, voters=20, votes=4)
    return [
        Row(switch, "20 voters of one poll at once: mean time of reading the poll's row",
            f"{waits['on']:.1f} ms", f"{waits['off']:.2f} ms",
            f"+{waits['on'] - waits['off']:.0f} ms"),
        Row(switch, "20 voters of one poll at once, vote-hold 100 ms: p95, votes a second",
            "{:.0f} ms, {:.0f}/s".format(*votes["on"]),
            "{:.0f} ms, {:.0f}/s".format(*votes["off"]), times(votes["on"][0], votes["off"][0])),
    ]


def _shortest_ms(act: Callable[[], Any], count: int = 6) -> float:
    """A delay shows best where nothing else got in between."""
    taken = []
    for _ in range(count):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return min(taken) * 1000


def delays(stack: PrivateStack, _switch: str) -> list[Row]:
    """Each delay by itself at 200 ms, on the request that it is made for."""

    def send(client: Client) -> Any:
        return client.send(world.extra_group(1))

    def vote(client: Client) -> Any:
        return client.post(f"/polls/{world.POLL}/vote", {"option_ids": [world.option_id(0)]})

    cases: list[tuple[str, str, Callable[[Client], Any]]] = [
        ("vote-hold", "a vote", vote),
        ("send-hold", "a send to 10 members", send),
        ("request-delay", "GET users/me", lambda client: client.get("/users/me")),
        ("fetch-delay", "GET messages", lambda client: client.get(page_path())),
        ("broadcast-delay", "a send to 10 members", send),
    ]
    found = []
    with stack.server(**OFF) as plain:
        for name, what, act in cases:
            variable = "TMS_" + name.upper().replace("-", "_") + "_MS"
            with stack.server(**OFF, **{variable: "200"}) as server:
                on = _shortest_ms(lambda: act(Client(server)))
            off = _shortest_ms(lambda: act(Client(plain)))
            found.append(Row(f"{name} = 200 ms", f"{what}: shortest time", f"{on:.0f} ms",
                             f"{off:.0f} ms", f"+{on - off:.0f} ms"))
    return found


def sync_delay(stack: PrivateStack, _switch: str) -> list[Row]:
    stack.sql(f"UPDATE users SET last_synced_at = NULL WHERE id = '{world.user_id(99)}'")
    with stack.server(**OFF) as server:
        on = _shortest_ms(lambda: Client(server, 99).get("/users/me"), 2)
        off = _shortest_ms(lambda: Client(server, 98).get("/users/me"))
    return [
        Row("sync-delay = 1500 ms", "GET users/me of a user never synced (on) or synced (off)",
            f"{on:.0f} ms", f"{off:.0f} ms", f"+{on - off:.0f} ms"),
    ]


def pool(stack: PrivateStack, _switch: str) -> list[Row]:
    failed = {}
    small = {"TMS_POOL_SIZE": "2", "TMS_POOL_OVERFLOW": "1", "TMS_POOL_TIMEOUT_S": "1"}
    for name, switches in (("on", small), ("off", {})):
        with stack.server(**OFF, TMS_REQUEST_DELAY_MS="1500", **switches) as server:
            with ThreadPoolExecutor(12) as threads:
                calls = threads.map(lambda n: Client(server, n).get("/users/me"), range(12))
                failed[name] = [answer.status for answer in calls].count(500)
    return [
        Row("pool-size, -overflow, -timeout",
            "12 requests of 1.5 s at once, pool of 2 + 1 and 1 s (on) or 20 + 10 and 30 s (off):"
            " answered 500", str(failed["on"]), str(failed["off"]), "all above 2 + 1"),
    ]


MEASUREMENTS: list[tuple[str, Callable[[PrivateStack, str], list[Row]]]] = [
    ("debug-query", debug_query),
    ("reaction-rows", with_reactions),
    ("conversations-n-plus-1", conversations),
    ("file-hmac", file_hmac),
    ("presence-broadcast", sockets),
    ("limiter", limiter),
    ("poll-lock", poll_lock),
    ("delays", delays),
    ("sync-delay", sync_delay),
    ("pool", pool),
]


def main() -> None:
    wanted = set(sys.argv[1:])
    unknown = wanted - {name for name, _ in MEASUREMENTS}
    if unknown:
        names = ", ".join(name for name, _ in MEASUREMENTS)
        sys.exit(f"no measurement is named {', '.join(sorted(unknown))}; there are {names}")
    begun = time.monotonic()
    print("| switch | measured | on | off | size |\n|---|---|---|---|---|")
    with PrivateStack() as stack:
        stack.sql(world.SQL)
        for name, measure in MEASUREMENTS:
            if wanted and name not in wanted:
                continue
            for row in measure(stack, name):
                print(f"| {row.switch} | {row.measured} | {row.on} | {row.off} | {row.size} |",
                      flush=True)
    print(f"measured in {time.monotonic() - begun:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
