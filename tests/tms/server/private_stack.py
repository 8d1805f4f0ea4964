"""A private PostgreSQL, Redis and reference server for tests, in a temporary folder.

    with PrivateStack() as stack:
        with stack.server(TMS_DEBUG_QUERY="off") as server:
            ...  server.port, stack.sql("SELECT 1")

All ports come from the kernel, everything listens on 127.0.0.1 only, and leaving the block stops
what was started and removes the folder. PostgreSQL refuses to run as root, so a root caller runs
it as user postgres.
"""

import glob
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any, Callable, Iterator, Optional

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"
DATABASE = "tms"
SECRET = "a-secret-for-the-reference-server-tests"
START_LIMIT_S = 60
STOP_LIMIT_S = 15
SETTLE_LIMIT_S = 15
ATTEMPTS = 3  # another process may take a free port between the look and the start


class StackError(RuntimeError):
    """A part could not be started; the text carries the end of its log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_true: Callable[[], bool], limit_s: float, what: str) -> None:
    """Poll a condition; StackError after limit_s."""
    deadline = time.monotonic() + limit_s
    while not is_true():
        if time.monotonic() > deadline:
            raise StackError(f"{what}: not within {limit_s:.0f} s")
        time.sleep(0.02)


def _postgres_program(name: str) -> str:
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    path = found[-1] if found else shutil.which(name)
    if not path:
        raise StackError(f"{name} not found: install PostgreSQL 15")
    return path


@dataclass
class Server:
    """One running reference server."""

    port: int
    process: subprocess.Popen
    log_path: str

    def answers(self, path: str = "/health/ready") -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


class PrivateStack:
    def __init__(self) -> None:
        self.folder = ""
        self.database_port = 0
        self.redis_port = 0
        self._postgres: Optional[subprocess.Popen] = None
        self._redis: Optional[subprocess.Popen] = None
        self._identity = self._postgres_identity()

    @staticmethod
    def _postgres_identity() -> dict[str, Any]:
        if os.getuid() != 0:
            return {}
        owner = pwd.getpwnam("postgres")
        return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def __enter__(self) -> "PrivateStack":
        self.folder = tempfile.mkdtemp(prefix="tms-server-")
        try:
            self._start_postgres()
            self._start_redis()
            self.apply_schema()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop(self._redis, signal.SIGTERM)
        self._stop(self._postgres, signal.SIGINT)  # "fast" shutdown: does not wait for clients
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _stop(process: Optional[subprocess.Popen], how: signal.Signals) -> None:
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @staticmethod
    def _log_end(path: str) -> str:
        with open(path, encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def _start(
        self, name: str, command: list[str], ready: Callable[[], bool], **options: Any
    ) -> subprocess.Popen:
        path = os.path.join(self.folder, name + ".log")
        with open(path, "ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options
            )
        try:
            wait_until(
                lambda: ready() or process.poll() is not None, START_LIMIT_S, f"{name} ready"
            )
            if process.poll() is not None:
                raise StackError(f"{name} ended with {process.returncode}: {self._log_end(path)}")
        except BaseException:
            self._stop(process, signal.SIGTERM)
            raise
        return process

    def _retry(self, start: Callable[[int], subprocess.Popen]) -> tuple[int, subprocess.Popen]:
        for attempt in range(ATTEMPTS):
            port = free_port()
            try:
                return port, start(port)
            except StackError:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _start_postgres(self) -> None:
        home = os.path.join(self.folder, "postgres")
        os.mkdir(home)
        os.chmod(self.folder, 0o755)
        if self._identity:
            os.chown(home, self._identity["user"], self._identity["group"])
        data = os.path.join(home, "data")
        made = subprocess.run(
            [_postgres_program("initdb"), "-D", data, "-U", "postgres", "-A", "trust",
             "--encoding=UTF8", "--locale=C", "--no-sync"],
            cwd=home, capture_output=True, text=True, check=False, **self._identity,
        )
        if made.returncode != 0:
            raise StackError(f"initdb failed: {made.stderr}")

        def start(port: int) -> subprocess.Popen:
            self.database_port = port
            options = {
                "port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": home,
                "shared_preload_libraries": "pg_stat_statements", "max_connections": 200,
                "fsync": "off", "pg_stat_statements.max": 10000,
            }
            flags = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
            return self._start(
                "postgres", [_postgres_program("postgres"), "-D", data, *flags],
                self._database_answers, cwd=home, **self._identity,
            )

        self.database_port, self._postgres = self._retry(start)
        self._psql("postgres", ["-c", f"CREATE DATABASE {DATABASE}"])

    def _start_redis(self) -> None:
        def start(port: int) -> subprocess.Popen:
            self.redis_port = port
            return self._start(
                "redis",
                ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
                 "--appendonly", "no", "--dir", self.folder],
                lambda: self.redis_command("PING") == "+PONG",
            )

        self.redis_port, self._redis = self._retry(start)

    def _database_answers(self) -> bool:
        probe = subprocess.run(
            [_postgres_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p",
             str(self.database_port)],
            check=False,
        )
        return probe.returncode == 0

    def _psql(self, database: str, arguments: list[str], text: str = "") -> str:
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
             "-p", str(self.database_port), "-U", "postgres", "-d", database, *arguments],
            input=text, capture_output=True, text=True, check=False,
        )
        if done.returncode != 0:
            raise StackError(f"psql failed: {done.stderr}")
        return done.stdout.strip()

    def apply_schema(self) -> None:
        self._psql(DATABASE, ["-f", os.path.join(HERE, "schema.sql")])

    def sql(self, text: str) -> str:
        """Run SQL; rows come back as lines, columns joined by '|'."""
        return self._psql(DATABASE, ["-f", "-"], text)

    def _nothing_runs(self) -> bool:
        return "0" == self.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND state <> 'idle'"
        )

    def settle(self) -> None:
        """Wait until the servers have given their connections back: they end their transaction
        after the answer."""
        wait_until(self._nothing_runs, SETTLE_LIMIT_S, "the database is idle")

    def statements(self, act: Callable[[], Any], like: str = "%") -> tuple[int, int]:
        """How many statements LIKE this the database ran during act(), and how many rows they
        gave. BEGIN, COMMIT and ROLLBACK count."""
        self.settle()
        self.sql("SELECT pg_stat_statements_reset()")
        act()
        self.settle()
        counted = self.sql(
            "SELECT coalesce(sum(calls), 0), coalesce(sum(rows), 0) FROM pg_stat_statements"
            f" WHERE query LIKE '{like}' AND query !~ 'pg_stat_(statements|activity)'"
        )
        calls, rows = counted.split("|")
        return int(calls), int(rows)

    def redis_command(self, *words: str) -> str:
        """Send one command; the reply's first line ("" when Redis does not answer)."""
        request = f"*{len(words)}\r\n" + "".join(
            f"${len(word.encode())}\r\n{word}\r\n" for word in words
        )
        try:
            with socket.create_connection(("127.0.0.1", self.redis_port), 5) as connection:
                connection.sendall(request.encode())
                return connection.recv(65536).decode(errors="replace").split("\r\n")[0]
        except OSError:
            return ""

    def environment(self, **switches: str) -> dict[str, str]:
        """What a server is started with; the caller's own TMS_ variables do not leak in."""
        clean = {
            name: value for name, value in os.environ.items()
            if not name.startswith("TMS_") and name != "RATELIMIT_ENABLED"
        }
        return {
            **clean,
            "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{self.database_port}/{DATABASE}",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "NEXTAUTH_SECRET": SECRET,
            "PYTHONDONTWRITEBYTECODE": "1",
            **switches,
        }

    @contextmanager
    def server(self, **switches: str) -> Iterator[Server]:
        """A server started with these variables, ready when the block begins."""
        found: list[Server] = []

        def start(port: int) -> subprocess.Popen:
            name = f"server-{port}"
            server = Server(port, None, os.path.join(self.folder, name + ".log"))  # type: ignore
            command = [
                PYTHON, "-m", "uvicorn", "tms_server.app:app", "--host", "127.0.0.1",
                "--port", str(port), "--no-access-log",
            ]
            server.process = self._start(
                name, command, server.answers, cwd=HERE, env=self.environment(**switches)
            )
            found.append(server)
            return server.process

        _, process = self._retry(start)
        try:
            yield found[-1]
        finally:
            self._stop(process, signal.SIGTERM)


if __name__ == "__main__":
    with PrivateStack() as _stack, _stack.server() as _server:
        print(json.dumps({"port": _server.port, "folder": _stack.folder}), flush=True)
        sys.stdin.read()
