"""Help pages and the words for common mistakes, as a person sees them.

`UPDATE_GOLDEN=1 tests/run golden` writes the files anew; read the difference before you commit it.
"""

import os
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).resolve().parent
TMSCDP = ROOT / "build" / "tmscdp"

CASES = {
    "help": ["--help"],
    "help-doctor": ["doctor", "--help"],
    "help-run": ["run", "--help"],
    "help-pair": ["pair", "--help"],
    "help-seed": ["seed", "--help"],
    "help-measure": ["measure", "--help"],
    "help-stress": ["stress", "--help"],
    "help-monitor": ["monitor", "--help"],
    "help-rescore": ["rescore", "--help"],
    "help-report": ["report", "--help"],
    "help-compare": ["compare", "--help"],
    "no-command": [],
    "unknown-command": ["mesure"],
    "unknown-option": ["measure", "--mesages", "50"],
    "missing-value": ["measure", "--messages"],
    "extra-word": ["doctor", "now"],
    "report-of-nothing": ["report", "nowhere"],
    "run-plan": ["run", "--plan", "--quick", "--only", "poll-vote,browser", "--skip", "seed"],
    "run-of-no-part": ["run", "--only", "poll-votes"],
    "pair-of-no-scenario": ["pair", "--with", "poll-votes"],
    "pair-twice": ["pair", "--with", "media,media"],
    "run-of-nothing": ["run", "--continue", "nowhere"],
    "refused-host": ["measure", "--client-url", "http://chat.example.com"],
}


class Golden(unittest.TestCase):
    maxDiff = None

    def test_every_page_is_as_it_was(self):
        for name, arguments in CASES.items():
            with self.subTest(name=name):
                self.compare(name, arguments)

    def compare(self, name, arguments):
        done = subprocess.run([TMSCDP, *arguments], capture_output=True, text=True, cwd="/",
                              env={"PATH": os.environ["PATH"]}, timeout=30)
        text = (f"$ tmscdp {' '.join(arguments)}\n[exit {done.returncode}]\n"
                f"{done.stdout}{done.stderr}")
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text)
        self.assertEqual(text, path.read_text())

    def test_no_line_of_a_help_page_is_wider_than_a_terminal(self):
        for name in [name for name in CASES if name.startswith("help")]:
            for line in (GOLDEN / f"{name}.txt").read_text().splitlines():
                self.assertLessEqual(len(line), 100, f"{name}: {line}")

    def test_every_command_has_its_page(self):
        commands = [line.split()[0] for line in (GOLDEN / "help.txt").read_text().splitlines()
                    if line.startswith("  ")]
        self.assertEqual({f"help-{name}" for name in commands} - set(CASES), set())


if __name__ == "__main__":
    unittest.main()
