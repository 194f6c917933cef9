"""`python -m launcher dev|test …`: first on the machine's Python, then again inside `.venv`, which it prepares."""

import errno
import os
import signal
import sys
from types import FrameType

from launcher import Refusal, environment, options, ports

_INSIDE = "STOA_LAUNCHER_INSIDE"


def main() -> int:
    """Run the command; every refusal is a sentence."""
    chosen = options.parse(sys.argv[1:])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        if os.environ.pop(_INSIDE, None) is None:
            print(f"Stoa in {environment.ROOT}", flush=True)
            if chosen.command == "dev" and not environment.is_ready("dev"):
                ports.refuse_taken(chosen.port)  # else it is refused below, with the folder's own reasons first
            python = environment.prepare(chosen.command)
            os.environ[_INSIDE] = "yes"
            environment.keep_bytecode()
            os.execv(python, [str(python), "-m", "launcher", *sys.argv[1:]])
        os.environ.pop("PYTHONPATH", None)
        if chosen.command == "dev":
            from launcher import dev  # noqa: PLC0415 - needs what only .venv has

            return dev.run(chosen)
        from launcher import test  # noqa: PLC0415 - as above

        return test.run(chosen)
    except Refusal as refusal:
        print(f"bin/{chosen.command}: {refusal}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.filename is None or not str(error.filename).startswith(str(environment.ROOT)):
            raise
        print(f"bin/{chosen.command}: {_explain(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _explain(error: OSError) -> str:
    """Say what the system refused in our own folder, and what to do."""
    if error.errno == errno.ENOSPC:
        return f"The disk is full ({error.filename}). Make room and start again."
    advice = "Does it belong to another user, because root started it once? Give it to yourself with chown."
    return f"{error.filename}: {error.strerror}. {advice}"


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C does, also where a script had switched Ctrl-C off."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
