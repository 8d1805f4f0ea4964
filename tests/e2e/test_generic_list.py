"""Another page, another profile, the same program: nothing of the chat is in its code."""

import contextlib
import json
import os
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

from tests.support.stack import TMSCDP, median, stages

PAGE = Path(__file__).with_name("generic") / "index.html"
ITEMS = 120
PER_PAGE = 30
ELEMENTS_PER_ITEM = 5  # article, h3, p, span, em


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlparse(self.path)
        if url.path.startswith("/items/"):
            before = int(parse_qs(url.query).get("before", [self.server.items + 1])[0])
            ids = list(range(before - 1, max(0, before - 1 - self.server.per_page), -1))
            items = [{"id": n, "title": f"Item {n}", "text": "word " * (n % 20 + 5),
                      "extra": self.server.extra} for n in ids]
            body = json.dumps({"items": items, "next": ids[-1] if ids[-1] > 1 else None})
            self.answer("application/json", body.encode())
        elif url.path.startswith("/list/"):
            self.answer("text/html", PAGE.read_bytes())
        else:
            self.send_error(404)

    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(items=ITEMS, per_page=PER_PAGE, extra=0):
    """The page's origin; `extra` more elements an item."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.items, server.per_page, server.extra = items, per_page, extra
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class GenericList(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="tmscdp-test-generic-") as runs, served() as origin:
            cls.done = subprocess.run(
                [TMSCDP, "measure", "--profile", "generic-list", "--quick", "--messages",
                 "30,60,90", "--conversation", "one", "--api-url", origin, "--runs-dir", runs,
                 "--variant", f"all={origin}/", "--variant", f"few={origin}/?rows=20",
                 "--soft-fail"],
                env={**os.environ, "AUTH_TOKEN": "nobody-asks"}, capture_output=True, text=True,
                timeout=120)
            found = sorted(Path(runs).glob("*/result.json"))
            cls.result = json.loads(found[-1].read_text()) if found else None

    def test_every_count_is_reached(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        for variant in ("all", "few"):
            for count, stage in stages(self.result, variant).items():
                self.assertTrue(stage["reached"], stage.get("reason"))
                self.assertEqual(stage["loaded"], count)

    def test_the_slope_is_what_the_page_renders(self):
        slopes = {v["name"]: v["slopes"]["dom_elements_list"]["per_message"]
                  for v in self.result["measure"]["variants"]}
        self.assertAlmostEqual(slopes["all"], ELEMENTS_PER_ITEM, delta=0.02)
        self.assertAlmostEqual(slopes["few"], 0, delta=0.02)

    def test_the_storm_is_the_composers(self):
        self.assertGreater(median(stages(self.result, "all")[90], "storm_fps"), 1)

    def test_what_the_page_does_not_have_is_no_data(self):
        load = self.result["measure"]["variants"][0]["load"]["metrics"]
        self.assertIn("no_data", load["decrypt_ms_50"])


if __name__ == "__main__":
    unittest.main()
