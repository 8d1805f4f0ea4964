#!/usr/bin/python3
"""How fast `tmscdp seed` fills the messages table, against psql's \\copy of the same rows into the
same table.

    tests/bench/seed_copy.py [--messages 50000] [--pairs 5]

One private PostgreSQL, the reference chat's tables. The rows are seeded once and written out with
COPY TO; then, in turns, the emptied table is filled by psql and by tmscdp. Both times are the
server's own (duration of the COPY statement in its log), so starting a program counts for neither.
Prints each pair and the median ratio; exits with 1 when that is under 0.85. On a machine that does
other things meanwhile, look at the processor seconds that the server spent on the statement: they
say whether the work was the same.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.postgres import Postgres  # noqa: E402

TMSCDP = Path(os.environ.get("TMSCDP", ROOT / "build" / "tmscdp"))
SCHEMA = ROOT / "tests" / "tms" / "server" / "schema.sql"
DATABASE = "bench"
GOAL = 0.85


class Bench:
    def __init__(self, postgres, folder, messages):
        self.postgres = postgres
        self.folder = Path(folder)
        self.messages = messages
        self.url = postgres.create(DATABASE, SCHEMA)
        self.rows = 0

    def seed(self):
        env = {"PATH": os.environ["PATH"], "DATABASE_URL": self.url,
               "NEXTAUTH_SECRET": "an-invented-secret-of-the-benchmark"}
        subprocess.run([TMSCDP, "seed", "--messages", str(self.messages), "--data-dir",
                        self.folder / "data"], env=env, check=True, stdout=subprocess.DEVNULL)

    def columns(self):
        """The columns that tmscdp names, as the server logged them."""
        return re.findall(r"COPY messages \(([^)]*)\) FROM STDIN", self.postgres.log())[-1]

    def write_out(self):
        self.seed()
        self.rows = int(self.postgres.sql(DATABASE, "SELECT count(*) FROM messages"))
        for table, columns in (("users", "*"), ("conversations", "*"),
                               ("messages", self.columns())):
            # In the order in which tmscdp sends: the big group first, by sequence.
            order = ("ORDER BY conversation_id = (SELECT conversation_id FROM polls p JOIN "
                     "messages q ON q.id = p.message_id) DESC, conversation_id, sequence_number"
                     if table == "messages" else "")
            self.postgres.psql(DATABASE, "-c", f"\\copy (SELECT {columns} FROM {table} {order}) "
                                               f"TO '{self.folder / table}'")

    def empty(self):
        self.postgres.sql(DATABASE, "TRUNCATE users, conversations, messages CASCADE; CHECKPOINT")

    def fill_by_psql(self):
        self.empty()
        for table in ("users", "conversations"):
            self.postgres.psql(DATABASE, "-c", f"\\copy {table} FROM '{self.folder / table}'")
        self.postgres.psql(DATABASE, "-c", f"\\copy messages ({self.columns()}) "
                                           f"FROM '{self.folder / 'messages'}'")
        return self.last_copy()

    def fill_by_tmscdp(self):
        self.empty()
        self.seed()
        return self.last_copy()

    def last_copy(self):
        """Of the last COPY into messages: its seconds, and the server's processor seconds."""
        assert int(self.postgres.sql(DATABASE, "SELECT count(*) FROM messages")) == self.rows
        log = self.postgres.log()
        elapsed = re.findall(r"duration: ([0-9.]+) ms +statement: COPY +messages \(", log)[-1]
        usage = [part for part in log.split("QUERY STATISTICS")
                 if re.search(r"STATEMENT: +COPY +messages \([^)]*\) FROM", part)][-1]
        processor = re.search(r"([0-9.]+) s user, ([0-9.]+) s system", usage).groups()
        return float(elapsed) / 1000, sum(map(float, processor))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--messages", type=int, default=50000)
    parser.add_argument("--pairs", type=int, default=5)
    arguments = parser.parse_args()
    postgres = Postgres(log_min_duration_statement=0, log_statement_stats="on",
                        max_wal_size="4GB", shared_buffers="512MB",
                        autovacuum="off").start()
    try:
        with tempfile.TemporaryDirectory(prefix="tmscdp-bench-") as folder:
            bench = Bench(postgres, folder, arguments.messages)
            bench.write_out()
            ratios = []
            for pair in range(arguments.pairs):
                # Who goes first alternates: the machine may get slower or faster meanwhile.
                fills = [bench.fill_by_psql, bench.fill_by_tmscdp]
                done = {fill: fill() for fill in (fills if pair % 2 == 0 else fills[::-1])}
                (psql, psql_cpu), (tmscdp, tmscdp_cpu) = (done[fill] for fill in fills)
                ratios.append(psql / tmscdp)
                print(f"pair {pair + 1}: psql {bench.rows / psql:6.0f} rows/s ({psql_cpu:.2f} CPU "
                      f"s), tmscdp {bench.rows / tmscdp:6.0f} rows/s ({tmscdp_cpu:.2f} CPU s), "
                      f"ratio {ratios[-1]:.3f}", flush=True)
    finally:
        postgres.stop()
    median = statistics.median(ratios)
    print(f"median ratio {median:.3f} of {len(ratios)} pairs, {bench.rows} rows each; goal {GOAL}")
    return 0 if median >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
