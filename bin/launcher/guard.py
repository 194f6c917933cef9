"""Outlives the launcher by a moment and stops what a killed launcher left behind.

Run as `python -m launcher.guard FOLDER`. It waits for the end of its input, which comes when the launcher ends, however
it ends. It inherits the folder's lock, so the next run waits until everything is stopped.
"""

import shutil
import signal
import sys
from pathlib import Path


def main(folder: Path, *, remove: bool) -> None:
    """Wait for the launcher's end, then stop its processes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    from launcher.processes import stop_leftovers  # noqa: PLC0415 - 10 MB that are rarely needed

    stop_leftovers(folder)
    if remove:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), remove="--remove" in sys.argv[2:])
