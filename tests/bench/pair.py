#!/usr/bin/python3
"""Whether `tmscdp pair` finds what was put in: known delays of the reference server and of its client.

    tests/bench/pair.py                 all cells, three times each (about 20 minutes)
    tests/bench/pair.py --repeats 1     a first look
    tests/bench/pair.py --only fetch    none, fetch, broadcast, script or saturation

Each cell is a pair under a light load on a stack of its own. Against the cell without a delay:
  fetch      d ms in GET messages: loading older messages moves by d, the bubble's way does not
  broadcast  d ms before a message goes to its room: bubble and server part move by d
  script     d ms of the client's script for each arriving message: the script part and the main
             thread's time move, the server's part does not
within 30 ms or 10 %, and the frames of a scroll do not fall. Under a load that takes the whole machine
the run must call itself INCONCLUSIVE (exit code 111), unless the chat crashed under it (99).

The machine must have nothing else to do: figures in build/bench/pair.json, exit code 1 when one is off.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.stack import SeededStack  # noqa: E402

TOLERANCE_MS = 30
TOLERANCE_SHARE = 0.10
FPS_TOLERANCE_SHARE = 0.10
EVERY_MS = 1000
PAIR = ["--measure", "100", "--with", "poll-vote", "--vus", "1", "--blocks", "1", "--window", "8s",
        "--every", f"{EVERY_MS}ms", "--reset"]
# What the chat is made slow by is the only thing that shall be slow.
FIXED = {"RATELIMIT_ENABLED": "false", "TMS_DEBUG_QUERY": "off", "TMS_POLL_LOCK": "off",
         "TMS_CONVERSATIONS_N_PLUS_1": "off"}
SHOWN = ["bubble_ms", "bubble_server_ms", "bubble_socket_ms", "bubble_script_ms", "bubble_paint_ms",
         "older_ms", "main_ms_per_message", "scroll_fps", "raf_fps"]
CELLS = [("none", 0), ("fetch", 200), ("fetch", 800), ("broadcast", 200), ("broadcast", 800),
         ("script", 20), ("script", 50)]


def switches(kind, amount):
    if kind == "fetch":
        return {"TMS_FETCH_DELAY_MS": amount}
    if kind == "broadcast":
        return {"TMS_BROADCAST_DELAY_MS": amount}
    return {}


def pair(chat, options, client_url):
    runs = Path(tempfile.mkdtemp(prefix="pairs-", dir=chat.dir))
    done = chat.tmscdp("pair", *options, "--data-dir", chat.data, "--runs-dir", runs,
                       "--client-url", client_url, timeout=1800)
    found = list(runs.glob("*/result.json"))
    if not found:
        raise SystemExit(f"pair ended with {done.returncode}:\n{done.stderr}")
    result = json.loads(found[0].read_text())
    busy = result["pair"]["contention"]["loaded_busy_share"]
    said = f"machine busy to {busy * 100:.0f} %" if busy is not None else result.get("reason")
    print(f"  exit {done.returncode}, {said}", file=sys.stderr)
    if done.returncode not in (0, 99, 111):
        raise SystemExit(f"pair ended with {done.returncode}:\n{done.stderr}")
    return done.returncode, result


def figures(result, loaded):
    """The median over a run's phases of that kind, of every figure of a phase."""
    phases = [phase for phase in result["pair"]["phases"] if phase["loaded"] == loaded]
    values = {}
    for phase in phases:
        per_phase = dict(phase["values"])
        if "window_main_share" in per_phase:
            per_phase["main_ms_per_message"] = per_phase["window_main_share"] * EVERY_MS
        for name, value in per_phase.items():
            values.setdefault(name, []).append(value)
    return {name: statistics.median(many) for name, many in values.items()}


def measure_cell(kind, amount, repeats):
    chat = SeededStack(f"pair-{kind}-{amount}", **{**FIXED, **switches(kind, amount)})
    chat.start()
    try:
        url = chat.client_url(fault_script_per_message=amount) if kind == "script" \
            else chat.client_url()
        rows = []
        for repeat in range(repeats):
            print(f"{kind} {amount} ms, {repeat + 1} of {repeats}", file=sys.stderr)
            code, result = pair(chat, PAIR, url)
            rows.append({"exit": code, "idle": figures(result, False),
                         "loaded": figures(result, True),
                         "busy": result["pair"]["contention"]["loaded_busy_share"]})
        return rows
    finally:
        chat.stop()


def middle(rows, side, name):
    values = [row[side][name] for row in rows if name in row[side]]
    return statistics.median(values) if values else None


def moved_by(moved, amount):
    return abs(moved - amount) <= max(TOLERANCE_MS, TOLERANCE_SHARE * amount)


def expectations(kind, amount):
    """[(figure, by how much it shall move in ms)]"""
    if kind == "fetch":
        return [("older_ms", amount), ("bubble_server_ms", 0)]
    if kind == "broadcast":
        return [("bubble_ms", amount), ("bubble_server_ms", amount)]
    return [("bubble_script_ms", amount), ("main_ms_per_message", amount), ("bubble_server_ms", 0)]


def judge(kind, amount, rows, base):
    """Sentences on what is off; with the loaded phases, where it has to hold."""
    wrong = []
    for name, want in expectations(kind, amount):
        now, before = middle(rows, "loaded", name), middle(base, "loaded", name)
        if now is None or before is None:
            wrong.append(f"{name} has no data")
        elif not moved_by(now - before, want):
            wrong.append(f"{name} moved by {now - before:+.0f} ms instead of {want:+d}")
    fps, fps_before = middle(rows, "loaded", "scroll_fps"), middle(base, "loaded", "scroll_fps")
    if kind != "script" and fps is not None and fps < fps_before * (1 - FPS_TOLERANCE_SHARE):
        wrong.append(f"scroll_fps fell from {fps_before:.1f} to {fps:.1f}")
    if any(row["busy"] > 0.8 for row in rows):
        wrong.append("less than a fifth of the machine was left: not a fair test")
    return wrong


def print_table(cells, verdicts):
    print("| delay | " + " | ".join(SHOWN) + " | |")
    print("|---|" + "---:|" * len(SHOWN) + "---|")
    for (kind, amount), rows in cells.items():
        texts = []
        for name in SHOWN:
            value = middle(rows, "loaded", name)
            texts.append("NO DATA" if value is None else f"{value:.1f}")
        title = "none" if kind == "none" else f"{kind} {amount} ms"
        print(f"| {title} | " + " | ".join(texts) + f" | {verdicts.get((kind, amount), '')} |")


def saturate():
    """At saturation a figure must not be sold as one."""
    chat = SeededStack("pair-saturation", RATELIMIT_ENABLED="false")
    chat.start()
    try:
        print("saturation", file=sys.stderr)
        code, result = pair(chat, ["--measure", "50", "--with", "poll-vote,message-send,media",
                                   "--vus", "30", "--blocks", "1", "--window", "5s", "--reset"],
                            chat.client_url())
        said = result["pair"]["inconclusive"]
        print(f"saturation: exit {code}; {'; '.join(said) or 'nothing doubted'}")
        return bool(said) and code in (111, 99)
    finally:
        chat.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=["none", "fetch", "broadcast", "script", "saturation"])
    arguments = parser.parse_args()
    cells, verdicts, good = {}, {}, True
    for kind, amount in CELLS:
        if arguments.only in (None, kind) or (kind == "none" and arguments.only != "saturation"):
            cells[kind, amount] = measure_cell(kind, amount, arguments.repeats)
    for (kind, amount), rows in cells.items():
        wrong = [] if kind == "none" else judge(kind, amount, rows, cells["none", 0])
        verdicts[kind, amount] = "; ".join(wrong) or ("" if kind == "none" else "as put in")
        good = good and not wrong
    if cells:
        print_table(cells, verdicts)
    if arguments.only in (None, "saturation"):
        good = saturate() and good
    folder = ROOT / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pair.json").write_text(json.dumps(
        [{"kind": kind, "amount_ms": amount, "rows": rows, "verdict": verdicts[kind, amount]}
         for (kind, amount), rows in cells.items()], indent=1))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
