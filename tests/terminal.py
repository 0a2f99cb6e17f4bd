"""A terminal for tests and recordings: a program in a real pty, and the screen that its output makes.

The screen knows what ``runyard top`` sends: text, moves of the cursor, erasing, colours, the other screen. An escape sequence
that it does not know is an error, so nothing is shown wrongly in silence.
"""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

SEQUENCE = re.compile(r"\x1b\[([?>]?)([0-9;]*)([A-Za-z~])")


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks. ``color`` is a number from 0 to 7, None for the usual one."""

    color: int | None = None
    is_bold: bool = False
    is_dim: bool = False
    is_reverse: bool = False


PLAIN = Look()
Cell = tuple[str, Look]


@dataclass
class Screen:
    """What a terminal of ``columns`` × ``rows`` cells shows."""

    columns: int
    rows: int
    look: Look = PLAIN
    row: int = 0
    column: int = 0
    shows_cursor: bool = True
    is_other: bool = False
    is_between: bool = False
    """True while the program is in the middle of a picture: it has said that more of it comes."""
    cells: list[list[Cell]] = field(default_factory=list)
    _kept: list[list[Cell]] | None = None

    def __post_init__(self) -> None:
        self.cells = self._blank()

    def feed(self, text: str) -> str:
        """Take what a program has sent; return the rest, which is the beginning of an escape sequence."""
        position = 0
        while position < len(text):
            if text[position] != "\x1b":
                self._put(text[position])
                position += 1
                continue
            found = SEQUENCE.match(text, position)
            if found is None:
                if len(text) - position < 16:
                    return text[position:]
                raise ValueError(f"an escape sequence that this terminal does not know: {text[position : position + 16]!r}")
            self._do(*found.groups())
            position = found.end()
        return ""

    def lines(self) -> list[str]:
        """Return the text of each row, without blanks at its end."""
        return ["".join(char for char, _ in row).rstrip() for row in self.cells]

    def _blank(self) -> list[list[Cell]]:
        return [[(" ", PLAIN)] * self.columns for _ in range(self.rows)]

    def _put(self, char: str) -> None:
        if char == "\n":
            if self.row == self.rows - 1:
                self.cells = [*self.cells[1:], [(" ", PLAIN)] * self.columns]
            self.row = min(self.row + 1, self.rows - 1)
        elif char == "\r":
            self.column = 0
        elif char == "\b":
            self.column = max(0, self.column - 1)
        elif char.isprintable() and self.column < self.columns:
            self.cells[self.row][self.column] = (char, self.look)
            self.column += 1
            if unicodedata.east_asian_width(char) in "WF" and self.column < self.columns:
                self.cells[self.row][self.column] = ("", self.look)
                self.column += 1

    def _do(self, kind: str, numbers: str, final: str) -> None:
        values = [int(number) if number else 0 for number in numbers.split(";")]
        if kind == "?":
            self._set_mode(values, final == "h")
        elif final == "H":
            self.row = min(max(values[0], 1), self.rows) - 1
            self.column = min(max(values[1] if len(values) > 1 else 1, 1), self.columns) - 1
        elif final == "J" and values[0] == 2:
            self.cells = self._blank()
        elif final == "K" and values[0] == 0:
            self.cells[self.row][self.column :] = [(" ", PLAIN)] * (self.columns - self.column)
        elif final == "K" and values[0] == 2:
            self.cells[self.row] = [(" ", PLAIN)] * self.columns
        elif final == "A":
            self.row = max(0, self.row - max(values[0], 1))
        elif final == "m":
            for value in values:
                self._set_look(value)
        else:
            raise ValueError(f"this terminal does not know CSI {kind}{numbers}{final}")

    def _set_mode(self, values: Sequence[int], is_on: bool) -> None:
        for value in values:
            if value == 1049:
                self.is_other = is_on
                if is_on:
                    self._kept, self.cells = self.cells, self._blank()
                elif self._kept is not None:
                    self.cells, self._kept = self._kept, None
            elif value == 25:
                self.shows_cursor = is_on
            elif value == 2026:
                self.is_between = is_on
            elif value not in (7, 2004):
                raise ValueError(f"this terminal does not know mode {value}")

    def _set_look(self, value: int) -> None:
        changes: Mapping[int, Mapping[str, object]] = {
            1: {"is_bold": True},
            2: {"is_dim": True},
            7: {"is_reverse": True},
            22: {"is_bold": False, "is_dim": False},
            27: {"is_reverse": False},
            39: {"color": None},
        }
        if value == 0:
            self.look = PLAIN
        elif 30 <= value <= 37:
            self.look = replace(self.look, color=value - 30)
        elif value in changes:
            self.look = replace(self.look, **changes[value])  # type: ignore[arg-type]
        else:
            raise ValueError(f"this terminal does not know colour {value}")


class TerminalProgram:
    """A program in a pty. ``output`` has all that it has sent, with the time since its start."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, columns: int = 100, rows: int = 24) -> None:
        self.screen = Screen(columns, rows)
        self.output: list[tuple[float, str]] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._rest = ""
        self._started = time.monotonic()
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execve(command[0], list(command), dict(environment))
            finally:
                os._exit(127)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._handle, text.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the program is told, and paints anew."""
        self.screen = replace(self.screen, columns=columns, rows=rows, row=0, column=0)
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_for(self, seconds: float) -> None:
        """Take what the program sends during so many seconds."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and self._read(left):
            pass

    def wait_for(self, is_there: Callable[[list[str]], bool], timeout_s: float = 60.0) -> list[str]:
        """Return the lines of the screen once they are as wanted. Half a picture, as one read may bring it, is not looked at."""
        until = time.monotonic() + timeout_s
        while self.screen.is_between or not is_there(self.screen.lines()):
            left = until - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError("the screen did not become what was wanted:\n" + "\n".join(self.screen.lines()))
        return self.screen.lines()

    def wait_for_text(self, text: str, timeout_s: float = 60.0) -> list[str]:
        """Return the lines of the screen once a text is among them."""
        return self.wait_for(lambda lines: any(text in line for line in lines), timeout_s)

    def end(self, timeout_s: float = 30.0) -> int:
        """Return the exit code; the program must end by itself."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if not self._read(0.1):
                _, status = os.waitpid(self.pid, 0)
                return os.waitstatus_to_exitcode(status)
        raise AssertionError("the program did not end")

    def kill(self) -> None:
        """End the program, whatever it does."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        with contextlib.suppress(OSError):
            os.close(self._handle)

    def _read(self, timeout_s: float) -> bool:
        ready, _, _ = select.select([self._handle], [], [], timeout_s)
        if not ready:
            return True
        try:
            data = os.read(self._handle, 65_536)
        except OSError:
            return False
        if not data:
            return False
        text = self._decoder.decode(data)
        self.output.append((time.monotonic() - self._started, text))
        self._rest = self.screen.feed(self._rest + text)
        return True


@contextlib.contextmanager
def program(
    command: Sequence[str], environment: Mapping[str, str], *, columns: int = 100, rows: int = 24
) -> Iterator[TerminalProgram]:
    """Run a program in a terminal; it is ended with the block."""
    running = TerminalProgram(command, environment, columns=columns, rows=rows)
    try:
        yield running
    finally:
        running.kill()
