"""`tmscdp report`: the page and the table of fixed results, hostile texts in every field, files
that are no result.

`UPDATE_GOLDEN=1 tests/run golden` writes the files anew; read the difference before you commit it.
"""

import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).resolve().parent / "report"
TMSCDP = ROOT / "build" / "tmscdp"
RUNS = ("two-lists", "unreached", "load")
# Words of the format itself; any other text in a result is somebody's.
FIXED = {"schema", "command", "state", "verdict", "screenshot"}
VOID = {"meta", "img", "link", "br", "hr"}


def report(*arguments, cwd="/"):
    return subprocess.run([TMSCDP, "report", *map(str, arguments)], capture_output=True, cwd=cwd,
                          text=True, env={"PATH": os.environ["PATH"]}, timeout=60)


def picture(width, height, seed):
    """A PNG of coloured stripes, the same for the same seed."""
    rows = b""
    for y in range(height):
        colour = bytes((seed * 40 + y // 8 * 16) % 256 for _ in range(3))
        rows += b"\0" + colour * width

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def same_every_time(page):
    """Without what may change while the page says the same: style, pictures, the tool's version."""
    page = re.sub(r"<style>.*?</style>", "<style>…</style>", page, flags=re.S)
    page = re.sub(r"sha256-[A-Za-z0-9+/=]+", "sha256-…", page)
    page = re.sub(r"(data:image/png;base64,)[A-Za-z0-9+/=]+", r"\1…", page)
    return re.sub(r'(name="generator" content=")[^"]*', r"\1…", page)


class Outline(HTMLParser):
    """Elements with their attributes' names in order, ids, and all text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.ids, self.links, self.text, self.open = [], [], [], "", []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, tuple(name for name, _ in attributes)))
        values = dict(attributes)
        if "id" in values:
            self.ids.append(values["id"])
        for name in ("href", "src"):
            if name in values:
                self.links.append(values[name])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes nothing")

    def handle_data(self, data):
        self.text += data


class ReportCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="tmscdp-golden-report-"))
        self.addCleanup(shutil.rmtree, self.dir)

    def run_dir(self, name, result=None):
        """A copy of a fixed run with screenshots; `result` (bytes) in place of its own."""
        target = self.dir / name
        shutil.copytree(GOLDEN / name, target, ignore=shutil.ignore_patterns("report.*"))
        (target / "screenshots").mkdir()
        for at, variant in enumerate(("plain", "virtual")):
            for count in (50, 150, 200):
                (target / "screenshots" / f"{variant}-{count}.png").write_bytes(
                    picture(320, 200, at + count // 50))
        if result is not None:
            (target / "result.json").write_bytes(result)
        return target

    def page(self, *runs):
        done = report(*runs)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return (Path(runs[-1]) / "report.html").read_text()


class Fixed(ReportCase):
    def compare(self, path, text):
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text)
        self.assertEqual(text, path.read_text())

    def test_page_and_table_are_as_they_were(self):
        for name in RUNS:
            with self.subTest(run=name):
                run = self.run_dir(name)
                done = report(run)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                table = done.stdout.replace(str(self.dir), "RUNS")
                self.compare(GOLDEN / name / "report.txt", table)
                self.compare(GOLDEN / name / "report.html",
                             same_every_time((run / "report.html").read_text()))

    def test_both_say_the_same_figures(self):
        run = self.run_dir("two-lists")
        text = Outline(self.page(run)).text
        for line in report(run).stdout.splitlines():
            for figure in re.findall(r"\d+,\d{3}|\d+\.\d MB", line):
                self.assertIn(figure, text)

    def test_the_page_is_whole_and_needs_nothing_else(self):
        outline = Outline(self.page(self.run_dir("two-lists")))
        self.assertEqual(outline.open, [])
        self.assertEqual(len(outline.ids), len(set(outline.ids)))
        tags = {tag for tag, _ in outline.elements}
        self.assertFalse(tags & {"script", "link", "iframe", "object", "embed", "form", "base"})
        for link in outline.links:
            self.assertRegex(link, r"^(#[a-z0-9]+|data:image/png;base64,.*|screenshots/[a-z0-9-]+\.png)$")
            if link.startswith("#"):
                self.assertIn(link[1:], outline.ids)
        self.assertEqual([a for _, names in outline.elements for a in names
                          if a.startswith("on") or a == "style"], [])

    def test_a_load_shows_all_that_was_measured(self):
        run = self.run_dir("load")
        page = self.page(run)
        outline = Outline(page)
        self.assertEqual(outline.open, [])
        self.assertEqual(len(outline.ids), len(set(outline.ids)))
        for link in outline.links:
            self.assertIn(link.removeprefix("#"), outline.ids)
        for words in ("≥ 10.0 s", "12.67 × the baseline", "4 of 4 thresholds failed", "rate<0.10",
                      "76.66 %", "one vote a user", "Voters of a poll queue for its row",
                      "FOR UPDATE", "row 5eed0000-0000-4000-8000-00000000a001", "pg_stat_statements",
                      "Deliveries owed", "9,900", "Socket.IO connect", "Hollow: a lower bound",
                      "At 31–35 VUs more than a tenth of the requests fail", "Database: lock waits",
                      "tmscdp stress poll-vote"):
            self.assertIn(words, outline.text)
        self.assertEqual(outline.text.count("Browser targets"), 0)

    def test_figures_of_a_load_are_those_of_the_json(self):
        run = self.run_dir("load")
        text = Outline(self.page(run)).text
        workload = json.loads((run / "result.json").read_text())["stress"]["workloads"][0]
        for part in workload["scenarios"][0]["levels"]:
            self.assertIn(f"{part['requests']:,}", text)
            median = part["service_ms"]["med"]
            self.assertIn(f"{median:,.0f} ms" if median < 9999.5 else f"{median / 1000:,.1f} s", text)

    def test_raw_files_that_are_missing_or_damaged_are_said(self):
        for name, content in (("missing", None), ("damaged", b"no gzip"), ("empty", b"")):
            with self.subTest(name):
                run = self.run_dir("load")
                path = run / "raw" / "poll-vote-timeline.json.gz"
                path.unlink()
                if content is not None:
                    path.write_bytes(content)
                self.assertIn("NO DATA: raw/poll-vote-timeline.json.gz", Outline(self.page(run)).text)
                shutil.rmtree(run)

    def test_a_pair_shows_the_page_without_and_with_a_load(self):
        result = json.loads((GOLDEN / "two-lists" / "result.json").read_text())
        del result["measure"]
        result["command"] = "pair"
        result["pair"] = {
            "order": "idle, loaded, loaded, idle", "messages": 100, "with": ["poll-vote"], "vus": 2,
            "blocks": 1, "inconclusive": ["the machine was busy <100 %>"],
            "metrics": [{"name": "bubble_ms", "title": "Bubble time", "unit": "ms",
                         "better": "lower", "pairs": 2, "idle": 59.5, "loaded": 812.25,
                         "change": 752.75, "low": 700, "high": 805.5},
                        {"name": "lcp_ms", "title": "LCP", "unit": "ms", "better": "lower",
                         "pairs": 0, "reason": "no pair of phases has it on both sides"}]}
        run = self.run_dir("two-lists", json.dumps(result).encode())
        text = Outline(self.page(run)).text
        for words in ("The page under load", "59.5 ms", "812 ms", "+753 ms", "+700 ms to +806 ms",
                      "busy <100 %>", "no pair of phases has it", "tmscdp pair --api-url "):
            self.assertIn(words, text)

    def test_every_table_and_picture_has_its_words(self):
        outline = Outline(self.page(self.run_dir("two-lists")))
        tags = [tag for tag, _ in outline.elements]
        self.assertEqual(tags.count("table"), tags.count("caption"))
        self.assertEqual(tags.count("img"), 6)
        for tag, names in outline.elements:
            if tag == "img":
                self.assertIn("alt", names)
            if tag == "th":
                self.assertIn("scope", names)
        levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
        self.assertEqual(levels[0], 1)
        for before, after in zip(levels, levels[1:]):
            self.assertLessEqual(after, before + 1)

    def test_several_runs_stand_side_by_side(self):
        first, second = self.run_dir("two-lists"), self.run_dir("unreached")
        page = self.page(first, second)
        for words in (">plain<", ">virtual<", ">default<", "../two-lists/screenshots/plain-50.png"):
            self.assertIn(words, page)
        self.assertNotIn("(run 1)", page)

    def test_the_same_name_in_two_runs_has_a_number(self):
        first, second = self.run_dir("two-lists"), self.run_dir("unreached")
        (second / "result.json").write_bytes((first / "result.json").read_bytes())
        page = self.page(first, second)
        for words in ("plain (run 1)", "plain (run 2)", "virtual (run 1)", "virtual (run 2)"):
            self.assertIn(words, page)

    def test_a_killed_run_has_a_page(self):
        run = self.run_dir("two-lists")
        head = json.loads((run / "result.json").read_text())
        del head["measure"], head["duration_s"]
        head["state"] = "running"
        (run / "result.json").unlink()
        (run / "run.json").write_text(json.dumps(head))
        page = self.page(run)
        self.assertIn("did not end.", page)
        self.assertIn("NO DATA", page)


class Command(ReportCase):
    def test_the_newest_run_is_taken_when_none_is_named(self):
        runs = self.dir / "data" / "runs"
        runs.mkdir(parents=True)
        for name in ("20260101-000000-measure", "20260301-000000-measure", "20260201-000000-measure"):
            self.run_dir("two-lists").rename(runs / name)
        done = report("--quiet", cwd=self.dir)
        self.assertEqual(done.stdout, "report: data/runs/20260301-000000-measure/report.html\n")
        self.assertTrue((runs / "20260301-000000-measure" / "report.html").exists())

    def test_the_output_may_lie_elsewhere(self):
        output = self.dir / "out.html"
        done = report("--output", output, self.run_dir("two-lists") / "result.json")
        self.assertEqual(done.returncode, 0)
        self.assertIn("</html>", output.read_text())
        self.assertIn(f"report: {output}\n", done.stdout)

    def test_what_is_no_result_is_said_in_one_sentence(self):
        whole = (GOLDEN / "two-lists" / "result.json").read_bytes()
        newer = json.loads(whole)
        newer["schema_version"], newer["tool"]["version"] = 9, "7.1.0"
        load = json.loads(whole)
        load["command"] = "compare"
        del load["measure"]
        cases = {
            "cut short": whole[:len(whole) // 2],
            "empty": b"",
            "foreign": b'{"root_group": {}, "metrics": {}}',
            "binary": bytes(range(256)),
            "newer": json.dumps(newer).encode(),
            "another command": json.dumps(load).encode(),
            "too deep": b"[" * 100000,
        }
        for name, content in cases.items():
            with self.subTest(name):
                run = self.dir / name
                run.mkdir()
                (run / "result.json").write_bytes(content)
                (run / "report.html").write_text("old")
                done = report(run)
                self.assertEqual((done.returncode, done.stdout), (104, ""))
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertIn("result.json" if name != "another command" else "compare", done.stderr)
                self.assertEqual((run / "report.html").read_text(), "old")
        self.assertIn("use tmscdp 7.1.0 or newer", report(self.dir / "newer").stderr)

    def test_a_page_that_cannot_be_written_leaves_nothing(self):
        run = self.run_dir("two-lists")
        done = report("--output", self.dir / "missing" / "report.html", run)
        self.assertEqual(done.returncode, 107)
        self.assertIn("missing", done.stderr)
        self.assertEqual(sorted(p.name for p in run.iterdir()), ["result.json", "screenshots"])


class Hostile(ReportCase):
    TEXTS = {
        "script": b"</script><script>alert(1)</script>",
        "attribute": b"\\\"><img src=x onerror=alert(1)>",
        "quote": b"' autofocus onfocus='alert(1)",
        "bidi": "\u202egnp.exe\u2066\u200f".encode(),
        "controls": b"\\u0001\\u001b[31m\\u007f\\n\\t",
        "nul": b"a\\u0000<b>",
        "not utf-8": b"\xff\xfe\xc0\xaf\xed\xa0\x80",
        "one megabyte": b"x" * 1000000,
        "format": b"%s%n%1000000d",
    }

    def fill(self, text, run="two-lists"):
        """The fixed result with `text` (bytes, as between JSON quotes) in every field for texts, and
        in the names that a load gives its metrics, thresholds and outcomes."""
        mark = "@@@"

        def walk(node, name=""):
            if isinstance(node, dict):
                own = run == "load" and name in ("metrics", "thresholds", "outcomes")
                return {key + mark if own else key: walk(value, key) for key, value in node.items()}
            if isinstance(node, list):
                return [walk(value, name) for value in node]
            return mark if isinstance(node, str) and name not in FIXED else node
        result = walk(json.loads((GOLDEN / run / "result.json").read_text()))
        return json.dumps(result).encode().replace(mark.encode(), text)

    def fields(self, run="two-lists"):
        return self.fill(b"@", run).count(b'@"')

    def test_every_field_is_reached(self):
        self.assertGreater(self.fields(), 100)
        self.assertGreater(self.fields("load"), 150)

    def test_texts_never_become_markup(self):
        for run in ("two-lists", "load"):
            self.hostile(run)

    def hostile(self, run):
        calm = Outline(self.page(self.run_dir(run, self.fill(b"calm", run))))
        for name, text in self.TEXTS.items():
            # A megabyte in each of the fields would be more than a result file may hold.
            cut = text if len(text) < 1000 else text[:1000000 // self.fields(run) * 10]
            content = self.fill(cut, run)
            with self.subTest(name, run=run):
                shutil.rmtree(self.dir / run)
                page = self.page(self.run_dir(run, content))
                outline = Outline(page)
                self.assertEqual(outline.elements, calm.elements)
                self.assertEqual(outline.ids, calm.ids)
                self.assertNotRegex(page, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f"
                                          "\u202a-\u202e\u2066-\u2069\ufeff]")
                self.assertLess(len(page.encode()), 2000000)

    def test_one_line_of_a_megabyte_is_cut(self):
        result = json.loads((GOLDEN / "two-lists" / "result.json").read_text())
        for place in (result, result["measure"]["variants"][0], result["measure"]["variants"][0]["stages"][0]):
            place["reason"] = place["url"] = place["id"] = "x" * 1000000
        page = self.page(self.run_dir("two-lists", json.dumps(result).encode()))
        self.assertNotIn("x" * 400, page)

    TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6InN0cmVzcy1hX2IifQ.dGhpcyBpcyBubyBzaWduYXR1cmU-_x"

    def refused(self, run):
        options = ("--markdown", "--junit", "--bench-json", "--bencher", "--chrome-trace")
        files = [run / f"out{option}" for option in options]
        done = report(run, *(word for pair in zip(options, files) for word in pair))
        self.assertEqual(done.returncode, 104)
        self.assertIn("token", done.stderr)
        self.assertNotIn("eyJ", done.stderr + done.stdout)
        self.assertEqual([path for path in (run / "report.html", *files) if path.exists()], [])

    def test_a_token_anywhere_keeps_every_output_unwritten(self):
        for name in ("two-lists", "load"):
            with self.subTest(name):
                self.refused(self.run_dir(name, self.fill(self.TOKEN.encode(), name)))

    def test_a_token_inside_of_a_statement_too(self):
        result = json.loads((GOLDEN / "load" / "result.json").read_text())
        database = result["stress"]["workloads"][0]["database"]
        database["statements"][0]["query"] = f"SELECT '{self.TOKEN}'"
        self.refused(self.run_dir("load", json.dumps(result).encode()))

    def test_secrets_of_the_environment_are_known(self):
        secret = 'a "secret" & <of mine>'
        result = json.loads((GOLDEN / "load" / "result.json").read_text())
        result["stress"]["workloads"][0]["checks"][0]["name"] = f"x {secret} y"
        run = self.run_dir("load", json.dumps(result).encode())
        for name, value in (("NEXTAUTH_SECRET", secret), ("AUTH_TOKEN", secret),
                            ("DATABASE_URL", f"postgresql://tms:{secret}@127.0.0.1:5/tms")):
            with self.subTest(name):
                done = subprocess.run([TMSCDP, "report", run], capture_output=True, text=True,
                                      env={"PATH": os.environ["PATH"], name: value}, timeout=60)
                self.assertEqual((done.returncode, done.stdout), (104, ""))
                self.assertFalse((run / "report.html").exists())


if __name__ == "__main__":
    unittest.main()
