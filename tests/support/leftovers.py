"""What a program may not leave behind: processes, profile folders, half-written files."""

import os
import time
from pathlib import Path

DEADLINE_SECONDS = 5


def descendants(marker):
    """Processes whose command line holds the marker (a profile folder, a run directory)."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if marker in words:
            found.append(f"{entry.name} {words[:120]}")
    return found


def left_in(folder):
    """Processes and files left in a private TMPDIR; waits a little for the guardian to finish."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        left = descendants(str(folder)) + [str(path) for path in Path(folder).iterdir()]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


def half_written(folder):
    """Files that an atomic writer left unfinished, and JSON that does not parse."""
    import gzip
    import json
    wrong = []
    for path in Path(folder).rglob("*"):
        if not path.is_file():
            continue
        name = path.name
        try:
            if name.endswith(".json.gz"):
                json.loads(gzip.decompress(path.read_bytes()))
            elif name.endswith(".json"):
                json.loads(path.read_text())
            elif name.endswith(".png"):
                if not path.read_bytes().endswith(b"IEND\xaeB`\x82"):
                    wrong.append(str(path))
            elif name.endswith(".html"):
                if not path.read_text().rstrip().endswith("</html>"):
                    wrong.append(str(path))
            else:
                wrong.append(str(path))
        except (ValueError, OSError, EOFError):
            wrong.append(str(path))
    return wrong
