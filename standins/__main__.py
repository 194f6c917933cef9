"""Start the stand-ins: `python -m standins --port 8010 --state var/standins --shop http://127.0.0.1:8000`."""

import argparse
import os
import signal
import sys
from dataclasses import MISSING, fields

from standins import settings
from standins.app import create_app
from standins.server import Server


def main() -> int:
    """Serve until a signal ends it; say plainly when the port is taken."""
    given = vars(_parser().parse_args())
    given["state"].mkdir(parents=True, exist_ok=True)
    chosen = settings.Settings(**given)
    try:
        server = Server(chosen.port)  # first, so that a second process sends no webhooks of the first
    except OSError as problem:
        print(f"The stand-ins cannot listen on port {chosen.port}: {problem.strerror}.", file=sys.stderr)
        return 1
    # Every write is committed already, so leave at once, whatever is under way.
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: os._exit(0))
    server.application = create_app(chosen)
    print(f"Stand-ins on http://localhost:{server.server_address[1]}/", flush=True)
    server.serve_forever()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m standins", description=__doc__)
    for option in fields(settings.Settings):
        parser.add_argument(
            "--" + option.name.replace("_", "-"),
            type=option.type,
            required=option.default is MISSING,
            default=None if option.default is MISSING else option.default,
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
