# Finds a Python that all of requirements-dev.txt has wheels for, whatever it is called here. Sourced by the commands in
# bin/, which set $bin. SecantusDB, the MongoDB of this machine, has none for Python 3.14 yet.

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
}

find_python() {
    # `command -v` is not enough: version managers leave names behind that only print an excuse.
    for python in python3.13 python3.12 python3.11 python3 python; do
        fits "$python" && return
    done
    # uv keeps those that it fetched where no PATH leads
    if python=$(uv python find --system --no-project '>=3.11,<3.14' 2>/dev/null) && fits "$python"; then return; fi
    echo "bin/${0##*/} needs Python 3.11, 3.12 or 3.13, and finds none." >&2
    if command -v brew >/dev/null; then
        echo "Install it with: brew install python@3.13" >&2
    elif command -v apt-get >/dev/null && ! command -v python3 >/dev/null; then
        echo "Install it with: sudo apt-get install python3 python3-venv" >&2
    else
        echo "Get one beside yours with uv (https://docs.astral.sh/uv/): uv python install 3.13" >&2
    fi
    exit 1
}

launch() {
    find_python
    PYTHONPATH=$bin exec "$python" -m launcher "$@"
}
