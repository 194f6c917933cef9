"""`python -m app.serve --workers 2 …`: granian, with the shop loaded before its processes are forked off.

What is loaded first lies in memory once, for all of them. The one rule: loading opens nothing; clients connect when
they are first used, in the process that uses them.
"""

import ctypes
import gc
import mimetypes
import multiprocessing
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module

from babel import Locale
from flask import Flask
from granian.cli import entrypoint
from jinja2 import TemplateSyntaxError
from sqlalchemy.orm import configure_mappers

TARGET = "wsgi:app"
_M_ARENA_MAX = -8  # malloc.h
_ARENAS = 2  # one a thread, as glibc would have it, keeps for each what another could use
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Serve until told to stop. Takes granian's own options."""
    multiprocessing.set_start_method("fork", force=True)  # else Python 3.14 loads the shop once more in each process
    libc = ctypes.CDLL(None)
    with suppress(AttributeError):  # only glibc has both
        libc.mallopt(_M_ARENA_MAX, _ARENAS)
    gc.disable()  # nothing that is loaded is thrown away again, so looking for it is in vain
    _prepare(import_module("wsgi").app)
    gc.collect()
    gc.freeze()  # the collector would write into every object it looks at, and so copy it
    with suppress(AttributeError):
        libc.malloc_trim(0)
    gc.enable()
    os.register_at_fork(after_in_child=lambda: _end_with_parent(libc))
    sys.argv += ["--interface", "wsgi", TARGET]
    entrypoint()  # type: ignore[no-untyped-call]  # granian says no types here


def _end_with_parent(libc: ctypes.CDLL) -> None:
    """Have a process end when the one that watches it is killed; else it would serve yesterday's code on, unseen."""
    with suppress(AttributeError):  # only Linux has it
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _prepare(app: Flask) -> None:
    """Make here what each process would else make for itself, at its first pages."""
    configure_mappers()
    app.url_map.update()
    for name in app.jinja_env.list_templates(extensions=("html",)):
        with suppress(TemplateSyntaxError):  # of a theme: the page that needs it will say so, and the others work
            app.jinja_env.get_template(name)
    Locale("en").territories  # noqa: B018 - reads them
    mimetypes.init()


if __name__ == "__main__":
    main()
