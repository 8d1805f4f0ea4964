"""A private PostgreSQL cluster for a test module: in a temporary folder, on a port that the kernel
gave, stopped by the pid we kept. PostgreSQL refuses to run as root, so root runs it as `postgres`.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

READY_SECONDS = 30
STOP_SECONDS = 15


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def binaries():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not found:
        raise AssertionError("PostgreSQL is not installed: run scripts/setup")
    return found[-1]


class Postgres:
    """Start it in setUpModule, stop it in tearDownModule. `settings` go to the server's command
    line. The cluster trusts everybody on 127.0.0.1 and has a unix socket in `sockets`."""

    def __init__(self, **settings):
        self.settings = settings
        self.dir = None
        self.port = None
        self.process = None
        self.user = "postgres"
        self.templates = set()

    def start(self):
        # Not in $TMPDIR: the user postgres must be able to enter it.
        self.dir = Path(tempfile.mkdtemp(prefix="tmscdp-test-postgres-", dir="/var/tmp"))
        self.sockets = self.dir / "sockets"
        self.sockets.mkdir()
        if os.getuid() == 0:
            for path in (self.dir, self.sockets):
                shutil.chown(path, "postgres", "postgres")
        os.chmod(self.dir, 0o755)
        self.port = free_port()
        try:
            self.run_initdb()
            self.run_server()
        except BaseException:
            self.stop()
            raise
        return self

    @staticmethod
    def as_postgres():
        return {} if os.getuid() else {"user": "postgres", "group": "postgres",
                                       "extra_groups": []}

    def run_initdb(self):
        done = subprocess.run(
            [binaries() / "initdb", "-D", self.dir / "data", "-U", self.user, "-A", "trust",
             "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            capture_output=True, text=True, cwd="/", **self.as_postgres())
        if done.returncode:
            raise AssertionError(f"initdb failed: {done.stderr}")

    def run_server(self):
        settings = {"port": self.port, "listen_addresses": "127.0.0.1",
                    "unix_socket_directories": self.sockets, "fsync": "off",
                    "shared_buffers": "128MB", **self.settings}
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        with open(self.dir / "log", "wb") as log:
            self.process = subprocess.Popen(
                [binaries() / "postgres", "-D", self.dir / "data", *options], cwd="/",
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                **self.as_postgres())
        ready = [binaries() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        deadline = time.monotonic() + READY_SECONDS
        while subprocess.run(ready).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"PostgreSQL did not start: {self.log()}")
            time.sleep(0.05)

    def log(self):
        return (self.dir / "log").read_text(errors="replace")

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            # SIGINT is PostgreSQL's fast shutdown.
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.process = None
        if self.dir is not None:
            shutil.rmtree(self.dir, ignore_errors=True)

    def url(self, database):
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{database}"

    def create(self, database, schema=None):
        """A new database, with the tables of a file. That file is run once for all."""
        template = "template1"
        if schema is not None:
            template = f"with_{Path(schema).stem}"
            if template not in self.templates:
                self.sql("postgres", f'CREATE DATABASE "{template}"')
                self.psql(template, "-f", str(schema))
                self.templates.add(template)
        self.sql("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database):
        self.sql("postgres", f'DROP DATABASE "{database}" WITH (FORCE)')

    def psql(self, database, *arguments, stdin=None):
        done = subprocess.run(
            ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", *arguments, self.url(database)],
            input=stdin, capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"psql {' '.join(arguments)} failed: {done.stderr}")
        return done.stdout.rstrip("\n")

    def sql(self, database, statement):
        """Runs statements; returns the rows as text, columns between |."""
        return self.psql(database, "-f", "-", stdin=statement)
