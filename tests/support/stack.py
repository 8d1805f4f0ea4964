"""A reference chat of its own for a test module, seeded, and the program to run against it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TMSCDP = ROOT / "build" / "tmscdp"
RUN_SECONDS = 240


class SeededStack:
    """Start it in setUpModule, stop it in tearDownModule. `env` is what `scripts/stack` exports."""

    def __init__(self, name, seed_options=(), **switches):
        self.name = f"{name}-{os.getpid()}"
        self.seed_options = list(seed_options)
        self.switches = {key: str(value) for key, value in switches.items()}
        self.dir = Path(tempfile.mkdtemp(prefix=f"tmscdp-test-{name}-"))
        self.data = self.dir / "data"
        self.runs = self.dir / "runs"
        self.env = {}

    def start(self):
        # A polite end must reach the callers' `finally`, or the stack would stay behind.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        try:
            self.stack("up")
            self.read_env()
            self.data.mkdir()
            done = self.tmscdp("seed", "--data-dir", self.data, *self.seed_options)
            if done.returncode:
                raise AssertionError(f"seed ended with {done.returncode}: {done.stderr}")
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        self.stack("down")
        shutil.rmtree(self.dir, ignore_errors=True)

    def stack(self, command):
        done = subprocess.run(
            [ROOT / "scripts" / "stack", command, "--name", self.name],
            env={**os.environ, **self.switches}, capture_output=True, text=True, timeout=180)
        if done.returncode:
            raise AssertionError(f"scripts/stack {command} failed: {done.stderr}")

    def read_env(self):
        text = (ROOT / "build" / "stack" / self.name / "env").read_text()
        for line in text.splitlines():
            key, _, value = line.removeprefix("export ").partition("=")
            self.env[key] = value.strip("'")

    def pid(self, part):
        state = json.loads((ROOT / "build" / "stack" / self.name / "state.json").read_text())
        return state["pids"][part]["pid"]

    def command(self, *arguments):
        return [str(TMSCDP), *map(str, arguments)]

    def environment(self):
        """The program's environment: this stack's addresses and nothing of the caller's."""
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR")
                if key in os.environ}
        return {**kept, **self.env, "CI": "true"}

    def tmscdp(self, *arguments, timeout=RUN_SECONDS):
        return subprocess.run(self.command(*arguments), env=self.environment(),
                              capture_output=True, text=True, timeout=timeout)

    def client_url(self, **switches):
        """The client's address with run-time switches of the reference client."""
        query = "&".join(f"{key.replace('_', '-')}={value}" for key, value in switches.items())
        return f"{self.env['CLIENT_URL']}/" + (f"?{query}" if query else "")

    def measure(self, counts, variants, *options, timeout=RUN_SECONDS):
        """Runs `measure`, once unless the options say otherwise; returns the finished process and
        the result (None without one)."""
        runs = Path(tempfile.mkdtemp(prefix="runs-", dir=self.dir))
        words = [word for name, url in variants.items() for word in ("--variant", f"{name}={url}")]
        done = self.tmscdp("measure", "--messages", counts, "--runs", 1, "--runs-dir", runs,
                           "--data-dir", self.data, *words, *options, timeout=timeout)
        found = sorted(runs.glob("*/result.json"))
        return done, json.loads(found[-1].read_text()) if found else None

    def conversation(self):
        return json.loads((self.data / "conversation_ids.json").read_text())["group_conversation_id"]


def stages(result, variant):
    """The stages of a variant by message count."""
    for candidate in result["measure"]["variants"]:
        if candidate["name"] == variant:
            return {stage["messages"]: stage for stage in candidate["stages"]}
    raise AssertionError(f"no variant {variant} in the result")


def median(stage, metric):
    value = stage["metrics"][metric]
    if "no_data" in value:
        raise AssertionError(f"{metric} has no data: {value['no_data']}")
    return value["median"]
