# Finds a Python that is new enough, whatever it is called here. Sourced by the commands in bin/, which set $bin.

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

launch() {
    # `command -v` is not enough: version managers leave names behind that only print an excuse.
    for python in python3.13 python3.12 python3.11 python3 python python3.14; do
        if is_new_enough "$python"; then
            PYTHONPATH=$bin exec "$python" -m launcher "$@"
        fi
    done
    echo "bin/$1 needs Python 3.11 or newer, and finds none." >&2
    if command -v apt-get >/dev/null; then
        echo "Install it with: sudo apt-get install python3 python3-venv" >&2
    elif command -v brew >/dev/null; then
        echo "Install it with: brew install python@3.13" >&2
    else
        echo "Install it from https://www.python.org/downloads/ or with your system's package manager." >&2
    fi
    exit 1
}
