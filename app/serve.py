"""`python -m app.serve --workers 2 …`: granian, with the shop loaded before its processes are forked off.

What is loaded first lies in memory once, for all of them. The one rule: loading opens nothing; clients connect when
they are first used, in the process that uses them.
"""

import gc
import multiprocessing
import sys
from importlib import import_module

from granian.cli import entrypoint

TARGET = "wsgi:app"


def main() -> None:
    """Serve until told to stop. Takes granian's own options."""
    multiprocessing.set_start_method("fork", force=True)  # else Python 3.14 loads the shop once more in each process
    import_module("wsgi")
    gc.collect()
    gc.freeze()  # the collector would write into every object it looks at, and so copy it
    sys.argv += ["--interface", "wsgi", TARGET]
    entrypoint()  # type: ignore[no-untyped-call]  # granian says no types here


if __name__ == "__main__":
    main()
