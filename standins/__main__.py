"""Start the stand-ins: `python -m standins --port 8010 --state var/standins --shop http://127.0.0.1:8000`."""

import argparse
import signal
import sys
from dataclasses import MISSING, fields
from pathlib import Path

from standins import settings
from standins.app import create_app
from standins.server import Server


def main() -> int:
    """Serve until a signal ends it; say plainly when the port is taken."""
    given = vars(_parser().parse_args())
    given["state"].mkdir(parents=True, exist_ok=True)
    chosen = settings.Settings(**given)
    app = create_app(chosen)
    try:
        server = Server(chosen.port, app)
    except OSError as problem:
        print(f"The stand-ins cannot listen on port {chosen.port}: {problem.strerror}.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"Stand-ins on http://localhost:{server.server_address[1]}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m standins", description=__doc__)
    for option in fields(settings.Settings):
        parser.add_argument(
            "--" + option.name.replace("_", "-"),
            type={int: int, Path: Path}.get(option.type, str),  # type: ignore[call-overload]
            required=option.default is MISSING,
            default=None if option.default is MISSING else option.default,
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
