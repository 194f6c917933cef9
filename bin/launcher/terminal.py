"""What the person in front of the terminal sees: one line a step, with the seconds it took."""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Step:
    """A line that can be rewritten while the step lasts, and stays when it is done."""

    _SELDOM = 15.0  # seconds between two lines where nothing can be rewritten, as in a log

    def __init__(self, title: str) -> None:
        self._title = title
        self._start = time.monotonic()
        self._said = self._start
        self._result = "ready"
        if sys.stdout.isatty():
            say(f"  {title:<14} …", end="")

    def tell(self, progress: str) -> None:
        """Show how far it is."""
        if sys.stdout.isatty():
            room = shutil.get_terminal_size().columns - len(f"  {self._title:<14} ") - 1
            self._rewrite(progress[:room], end="")
        elif time.monotonic() - self._said > self._SELDOM:
            self._said = time.monotonic()
            say(f"  {self._title:<14} {progress}")

    def end(self, result: str = "ready") -> None:
        """Show what came of it."""
        self._rewrite(f"{result}  ({time.monotonic() - self._start:.1f} s)", end="\n")

    def break_off(self) -> None:
        """Leave the line as it is and begin another."""
        if sys.stdout.isatty():
            say("")

    def _rewrite(self, text: str, *, end: str) -> None:
        start = "\r\033[K" if sys.stdout.isatty() else ""
        say(f"{start}  {self._title:<14} {text}", end=end)


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Show a step from its beginning to its end."""
    shown = Step(title)
    try:
        yield shown
    except BaseException:
        shown.break_off()
        raise


def say(text: str, *, end: str = "\n") -> None:
    """Print; a terminal that was closed is no reason to stop stopping things."""
    with suppress(OSError):
        print(text, end=end, flush=True)
