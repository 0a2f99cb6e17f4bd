"""Record ``runyard top``: a real server, real runs, a real terminal. Writes docs/recordings/top.cast and top.svg.

The cast is in the asciicast v2 format, to be played in a terminal; the SVG is the same session as a moving picture for a page.
Nothing in them is drawn by hand.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.server_process import start_server, stop_server  # noqa: E402
from tests.terminal import Cell, Look, Screen, TerminalProgram, program  # noqa: E402

TARGET = ROOT / "docs" / "recordings"
COLUMNS, ROWS = 110, 22
FRAME_S = 0.5
LAST_FRAME_S = 2.0
CELL_WIDTH, LINE_HEIGHT, FONT_SIZE, MARGIN = 8.4, 18, 14, 12
BACKGROUND, FOREGROUND = "#16181d", "#d8dbe2"
COLORS = {1: "#ff6b68", 2: "#5fd38d", 3: "#e8c35c", 4: "#6ea8fe", 5: "#d68bf0", 6: "#56c8d8", 7: "#d8dbe2"}

SCRIPT = """\
import math, random, sys, time
from runyard import Run

run = Run.get_context()
rate, steps = float(sys.argv[1]), int(sys.argv[2])
for step in range(steps):
    loss = math.exp(-rate * step) + random.random() * 0.03
    run.log("loss", loss)
    run.log("accuracy", 1 - 0.9 * math.exp(-rate * step))
    if step % 10 == 0:
        print(f"step {step}: loss {loss:.4f}", flush=True)
    if rate > 1:
        raise ValueError("loss is not finite: the rate is too high")
    time.sleep(0.1)
"""


def main() -> int:
    """Record and write both files."""
    with tempfile.TemporaryDirectory(prefix="runyard-recording-") as folder:
        home = Path(folder, "home")
        os.environ["RUNYARD_HOME"] = str(home)
        home.mkdir()
        server = start_server(home)
        try:
            recorded = record(Path(folder))
        finally:
            stop_server(server)
    TARGET.mkdir(exist_ok=True)
    (TARGET / "top.cast").write_text(cast(recorded))
    (TARGET / "top.svg").write_text(moving_picture(frames(recorded)))
    for name in ("top.cast", "top.svg"):
        print(f"wrote {TARGET.relative_to(ROOT) / name}: {(TARGET / name).stat().st_size:,} bytes")
    return 0


def record(folder: Path) -> list[tuple[float, str]]:
    """Return what ``runyard top`` has sent, with the times, while runs went on and keys were pressed."""
    from runyard import Experiment, ScriptRunConfig, Workspace

    project = folder / "project"
    project.mkdir()
    os.chdir(project)
    Path("train.py").write_text(SCRIPT)
    workspace = Workspace.create("vision")
    workspace.write_config()
    experiment = Experiment(workspace, "digits")
    for rate, steps in (("0.01", "20"), ("2.0", "20"), ("0.02", "600"), ("0.05", "600")):
        run = experiment.submit(ScriptRunConfig(".", "train.py", arguments=[rate, steps]))
        run.display_name = f"rate {rate}"
        wait_until_started(run)
    environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "runyard", "top"]
    with program(command, environment, columns=COLUMNS, rows=ROWS) as terminal:
        terminal.wait_for_text("rate 0.05")
        play(terminal)
        terminal.end()
        recorded = terminal.output
    for run in experiment.get_runs(status=["Running", "Queued", "Preparing", "Starting"]):
        run.cancel()
        run.wait_for_completion()
    first = recorded[0][0]
    return [(round(at - first, 3), text) for at, text in recorded]


def wait_until_started(run: object) -> None:
    """Return when a run's script goes on, or has ended."""
    until = time.monotonic() + 120
    while run.get_status() not in ("Running", "Completed", "Failed"):  # type: ignore[attr-defined]
        if time.monotonic() > until:
            raise TimeoutError("a run did not start")
        time.sleep(0.2)


def play(terminal: TerminalProgram) -> None:
    """Press keys as a person does who looks around."""
    for pause_s, keys in (
        (3.0, "\r"),
        (5.0, "\x1b[B"),
        (3.0, "\x1b[B"),
        (3.0, "\x1b"),
        (1.5, "/"),
        *((0.12, char) for char in "metric.loss < 0.5"),
        (0.6, "\r"),
        (3.0, "?"),
        (2.5, " "),
        (1.0, "q"),
    ):
        terminal.read_for(pause_s)
        terminal.type(keys)


def cast(recorded: Sequence[tuple[float, str]]) -> str:
    """Return a recording in the asciicast v2 format."""
    head = {"version": 2, "width": COLUMNS, "height": ROWS, "title": "runyard top", "env": {"TERM": "xterm-256color"}}
    events = [json.dumps([round(at, 3), "o", text], ensure_ascii=False) for at, text in recorded]
    return "\n".join([json.dumps(head), *events]) + "\n"


def frames(recorded: Sequence[tuple[float, str]]) -> list[tuple[float, list[list[Cell]]]]:
    """Return the different screens of a recording and when each came, at most one each half second."""
    shown, rest = Screen(COLUMNS, ROWS), ""
    found: list[tuple[float, list[list[Cell]]]] = []
    for index, (_, text) in enumerate(recorded):
        rest = shown.feed(rest + text)
        at = recorded[index][0]
        following = recorded[index + 1][0] if index + 1 < len(recorded) else at + FRAME_S
        is_last_of_frame = int(following / FRAME_S) > int(at / FRAME_S)
        if shown.is_other and is_last_of_frame and (not found or found[-1][1] != shown.cells):
            found.append((at, [list(row) for row in shown.cells]))
    return found


def moving_picture(shots: Sequence[tuple[float, list[list[Cell]]]]) -> str:
    """Return screens as an SVG that shows one after the other. A row that several screens share is in it once."""
    lasting = shots[-1][0] - shots[0][0] + LAST_FRAME_S
    width, height = COLUMNS * CELL_WIDTH + 2 * MARGIN, ROWS * LINE_HEIGHT + 2 * MARGIN
    rows: dict[str, str] = {}
    groups, rules = [], []
    for index, (at, cells) in enumerate(shots):
        start = 100 * (at - shots[0][0]) / lasting
        stop = 100 * (shots[index + 1][0] - shots[0][0]) / lasting if index + 1 < len(shots) else 100.0
        before = f"0%,{start:.3f}%{{visibility:hidden}}" if index else ""
        rules.append(f"@keyframes f{index}{{{before}{start:.3f}%{{visibility:visible}}{stop:.3f}%,100%{{visibility:hidden}}}}")
        rules.append(f"#g{index}{{animation:f{index} {lasting:.2f}s step-end infinite}}")
        uses = []
        for number, row in enumerate(cells):
            drawn = row_picture(row)
            if drawn:
                name = rows.setdefault(drawn, f"r{len(rows)}")
                uses.append(f'<use href="#{name}" y="{number * LINE_HEIGHT}"/>')
        groups.append(f'<g id="g{index}" visibility="{"visible" if index == 0 else "hidden"}">{"".join(uses)}</g>')
    symbols = "".join(f'<g id="{name}">{drawn}</g>' for drawn, name in rows.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}" '
        f'role="img" aria-label="A recording of runyard top">'
        f"<style>text{{font:{FONT_SIZE}px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}}"
        f"{''.join(rules)}</style>"
        f'<defs>{symbols}</defs><rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>'
        f'<g transform="translate({MARGIN} {MARGIN})">{"".join(groups)}</g></svg>\n'
    )


def row_picture(row: Sequence[Cell]) -> str:
    """Return a row as pieces of text, each as wide as its cells, whatever the font."""
    parts = []
    start = 0
    while start < len(row):
        look = row[start][1]
        stop = start
        while stop < len(row) and row[stop][1] == look:
            stop += 1
        text = "".join(char for char, _ in row[start:stop])
        parts.append(piece(text, start, stop - start, look))
        start = stop
    return "".join(parts)


def piece(text: str, start: int, cells: int, look: Look) -> str:
    """Return cells of one look, nothing when there is nothing to be seen."""
    x, width = start * CELL_WIDTH, cells * CELL_WIDTH
    color = COLORS.get(look.color or 7, FOREGROUND)
    back = f'<rect x="{x:.1f}" width="{width:.1f}" height="{LINE_HEIGHT}" fill="{color}"/>' if look.is_reverse else ""
    words = text.rstrip()
    if not words:
        return back
    manner = ' font-weight="bold"' if look.is_bold else ' fill-opacity=".6"' if look.is_dim else ""
    fill = BACKGROUND if look.is_reverse else color
    return (
        f'{back}<text x="{x:.1f}" y="{LINE_HEIGHT - 5}" fill="{fill}" textLength="{len(words) * CELL_WIDTH:.1f}" '
        f'lengthAdjust="spacingAndGlyphs"{manner}>{escape(words)}</text>'
    )


if __name__ == "__main__":
    sys.exit(main())
