"""The options that both commands take."""

import argparse

from bench.serving import Size


def parser(name: str, description: str, *, seconds: float) -> argparse.ArgumentParser:
    """Return a parser with the options that both commands take; `seconds` is how long each thing is measured."""
    made = argparse.ArgumentParser(prog=name, description=description)
    made.add_argument("--seconds", type=float, default=seconds, help=f"how long each thing is measured ({seconds:g})")
    made.add_argument("--rounds", type=int, default=5, help="in how many turns (5)")
    made.add_argument("--connections", type=int, default=16, help="how many visitors at once (16)")
    made.add_argument("--generators", type=int, default=1, help="processes that make the load (1)")
    made.add_argument("--processes", type=int, default=2, help="processes of the web server (2)")
    made.add_argument("--threads", type=int, default=8, help="threads of each of them (8)")
    made.add_argument("--products", type=int, default=0, help="products in the shop, at least the demo shop's")
    return made


def size(chosen: argparse.Namespace) -> Size:
    """Return the size of the servers."""
    return Size(chosen.processes, chosen.threads)
