#!/bin/sh
# Runs a module of bench/ in the environment of the other commands.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
if [ ! -x "$root/.venv/bin/python" ]; then
    echo "Measuring needs the environment that bin/dev makes. Run bin/dev once, stop it, and run this again." >&2
    exit 1
fi
if [ -n "${PYTHONDONTWRITEBYTECODE:-}" ]; then  # as bin/dev does: a shop that compiles at each start is another shop
    unset PYTHONDONTWRITEBYTECODE
    export PYTHONPYCACHEPREFIX="${PYTHONPYCACHEPREFIX:-$root/.venv/bytecode}"
fi
cd "$root"
PYTHONPATH="$root:$root/bin" exec "$root/.venv/bin/python" -m "$@"
