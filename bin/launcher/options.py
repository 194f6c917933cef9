"""The options of `bin/dev` and `bin/test`. Read before anything is installed, so a slip costs no waiting."""

import argparse
from itertools import takewhile
from pathlib import Path

from launcher.environment import ROOT


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; a mistake or `--help` ends the program."""
    parser = argparse.ArgumentParser(prog="bin")
    commands = parser.add_subparsers(dest="command", required=True)
    dev = commands.add_parser("dev", prog="bin/dev", description="Start the whole shop on this machine.")
    _add_dev(dev)
    test = commands.add_parser("test", prog="bin/test", description="Check the code and run the tests.")
    test.add_argument(
        "paths", nargs="*", metavar="path", help="run only these tests; more pytest options may follow --"
    )
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        commands.choices[options.command].error(f"unrecognized arguments: {' '.join(unknown)}")
    if options.command == "dev":
        _check_dev(dev, options)
    else:
        _check_test(test, options)
    return options


def _add_dev(dev: argparse.ArgumentParser) -> None:
    dev.add_argument("--port", type=_port, default=8000, help="where the shop answers (8000)")
    dev.add_argument("--fresh", action="store_true", help="delete all data in var/ first")
    dev.add_argument(
        "--import", dest="import_file", type=Path, metavar="FILE.csv", help="load this file of Shopify or Vendure"
    )
    dev.add_argument("--images", type=Path, metavar="DIR", help="where the pictures of the imported products are")
    dev.add_argument(
        "--no-standins",
        dest="has_standins",
        action="store_false",
        help="play no other company; the SHOP_STRIPE_…, SHOP_UPS_… and SHOP_SENDGRID_… settings lead to them",
    )


def _check_dev(dev: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if options.images and not options.import_file:
        dev.error("--images belongs to --import: name the product file too.")
    if options.import_file and not options.import_file.is_file():
        dev.error(f"there is no file {options.import_file}.")
    if options.images and not options.images.is_dir():
        dev.error(f"there is no folder {options.images}.")
    for name in ("import_file", "images"):
        if getattr(options, name):
            setattr(options, name, getattr(options, name).resolve())


def _check_test(test: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    for path in takewhile(lambda each: not each.startswith("-"), options.paths):
        if not (ROOT / path.partition("::")[0]).exists():
            test.error(f"there is no {path} in {ROOT}.")


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; use a number up to 65535")
    return int(text)
