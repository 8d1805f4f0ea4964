"""The CI files and their page: every command line in them is one that the program knows."""

import json
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).resolve().parent
FILES = ["scripts/ci/github.yml", "scripts/ci/gitlab.yml", "docs/gate.md"]


def command_lines(text):
    """(command, options) of every call, continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", text)
    joined = re.sub(r"(compare --baseline [^\n]*)\n\s+(--)", r"\1 \2", joined)
    for call in re.findall(r"tmscdp ([a-z]+)([^\n`]*)", joined):
        yield call[0], re.findall(r"(?<=\s)--[a-z][a-z-]*", call[1])


class CiFiles(unittest.TestCase):
    def test_every_option_is_in_the_help_of_its_command(self):
        found = 0
        for name in FILES:
            for command, options in command_lines((ROOT / name).read_text()):
                page = GOLDEN / f"help-{command}.txt"
                if not page.exists():
                    continue  # prose: "tmscdp and", "tmscdp is"
                known = set(re.findall(r"--[a-z][a-z-]*", page.read_text()))
                for option in options:
                    with self.subTest(file=name, command=command, option=option):
                        self.assertIn(option, known)
                        found += 1
        self.assertGreater(found, 15)

    def test_the_budgets_name_metrics_that_exist(self):
        table = (ROOT / "metrics" / "metric_table.c").read_text()
        table += (ROOT / "metrics" / "compare_figures.c").read_text()
        for budget in json.loads((ROOT / "scripts/ci/budgets.json").read_text())["budgets"]:
            self.assertIn(f'{{ "{budget["metric"]}",', table)


if __name__ == "__main__":
    unittest.main()
