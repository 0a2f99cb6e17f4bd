"""A terminal for ``runyard top``: keys in, changed lines out. Unix-like systems only."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from types import FrameType

import click

from runyard.cli.top_feed import Feed
from runyard.cli.top_screen import Style, screen
from runyard.cli.top_state import Picture, TopState, Wanted, pressed, with_picture
from runyard.client.client import Client
from runyard.errors import RunyardError

CLOCK_S = 1.0
ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"  # the other screen, no cursor, no wrapping
LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"  # a terminal that knows these shows what is between them at once
SEQUENCES = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "\x1b[B": "down",
    "\x1bOB": "down",
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
    "\x1b[H": "home",
    "\x1bOH": "home",
    "\x1b[1~": "home",
    "\x1b[F": "end",
    "\x1bOF": "end",
    "\x1b[4~": "end",
}
KEYS = {
    "\r": "enter",
    "\n": "enter",
    "\x7f": "backspace",
    "\x08": "backspace",
    "\x03": "interrupt",
    "\x15": "clear",
    "\x1b": "escape",
}


def keys_of(text: str) -> list[str]:
    """Return the keys that stand for what a terminal has sent; a sequence that is not known is left out."""
    found: list[str] = []
    while text:
        known = next((each for each in SEQUENCES if text.startswith(each)), None)
        if known is not None:
            found.append(SEQUENCES[known])
            text = text[len(known) :]
        elif text[0] == "\x1b" and text[1:2] in ("[", "O"):
            end = next((index for index, char in enumerate(text[2:], 2) if "@" <= char <= "~"), len(text) - 1)
            text = text[end + 1 :]
        else:
            found.append(KEYS.get(text[0], text[0]))
            text = text[1:]
    return found


class Painter:
    """Sends the lines that differ from those on the screen, each as a whole, in one write."""

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._size = (0, 0)

    def paint(self, lines: list[str], size: tuple[int, int]) -> str:
        """Return what to send for these lines; nothing when they are there already."""
        parts: list[str] = []
        if size != self._size:
            self._size, self._shown = size, []
            parts.append("\x1b[2J")
        for row, line in enumerate(lines):
            if row >= len(self._shown) or self._shown[row] != line:
                parts.append(f"\x1b[{row + 1};1H{line}\x1b[0m\x1b[K")
        self._shown = lines
        return f"{BEGIN}{''.join(parts)}{END}" if parts else ""


def watch(client: Client, wanted: Wanted, place: str, style: Style) -> None:
    """Show the runs until the user leaves."""
    pictures: list[Picture] = []
    with _raw_terminal(), _Wakeup() as wakeup:

        def take(picture: Picture) -> None:
            pictures.append(picture)
            wakeup.ring()

        feed = Feed(client, wanted, take)
        feed.start()
        try:
            _loop(client, TopState(wanted=wanted), feed, pictures, wakeup, place, style)
        finally:
            feed.close()


def _loop(
    client: Client, state: TopState, feed: Feed, pictures: list[Picture], wakeup: _Wakeup, place: str, style: Style
) -> None:
    painter = Painter()
    while not state.is_over:
        while pictures:
            state = with_picture(state, pictures.pop(0))
        columns, rows = shutil.get_terminal_size()
        state, lines = screen(state, columns, rows, place=place, now=datetime.now(timezone.utc), style=style)
        _send(painter.paint(lines[:rows], (columns, rows)))
        for key in keys_of(wakeup.wait(CLOCK_S)):
            state = pressed(state, key)
            if state.cancel:
                state = _cancelled(client, state, feed)
        feed.want(state.wanted)


def _cancelled(client: Client, state: TopState, feed: Feed) -> TopState:
    try:
        run = client.runs.cancel(str(state.cancel), "cancelled in runyard top")
        told = f"Run {run.id}: {run.status.value}."
    except RunyardError as error:
        told = error.message
    feed.refresh()
    return replace(state, cancel=None, message=told)


def _send(text: str) -> None:
    if text:
        sys.stdout.write(text)
        sys.stdout.flush()


class _Wakeup:
    """Waits for keys, for the feed and for a new size of the terminal, whichever comes first."""

    def __enter__(self) -> _Wakeup:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._read, selectors.EVENT_READ)
        self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        self._before = signal.signal(signal.SIGWINCH, self._resized)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGWINCH, self._before)
        self._selector.close()
        os.close(self._write)
        os.close(self._read)

    def ring(self) -> None:
        """End the wait that is going on, or the next one. Thread-safe."""
        try:
            os.write(self._write, b"x")
        except (BlockingIOError, OSError):
            return  # it rings already, or nobody waits any more

    def wait(self, timeout_s: float) -> str:
        """Return what was typed, at once when there is something, else after a ring or the time that is given."""
        text = ""
        for key, _ in self._selector.select(timeout_s):
            if key.fd == self._read:
                os.read(self._read, 4096)
            else:
                data = os.read(key.fd, 4096)
                text += data.decode("utf-8", "replace") if data else "\x03"  # the terminal has gone
        return text

    def _resized(self, _: int, __: FrameType | None) -> None:
        self.ring()


@contextmanager
def _raw_terminal() -> Iterator[None]:
    """Give the whole screen, key by key, and leave the terminal as it was, whatever happens."""
    try:
        import termios
        import tty
    except ImportError as error:
        raise click.ClickException("runyard top needs a Unix-like terminal. `runyard top --once` works here.") from error
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    ends = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        tty.setraw(handle, termios.TCSANOW)
        modes = termios.tcgetattr(handle)
        modes[1] |= termios.OPOST
        termios.tcsetattr(handle, termios.TCSANOW, modes)
        _send(ENTER)
        yield
    finally:
        termios.tcsetattr(handle, termios.TCSANOW, before)
        _send(LEAVE)
        for number, action in ends.items():
            signal.signal(number, action)


def _leave(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
