"""`bin/test`: the code's checks, then pytest, whose closing line is the last."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from launcher import Refusal, terminal
from launcher.environment import ROOT

FAILED_CHECKS = "STOA_FAILED_CHECKS"  # how pytest's closing part learns of them
_WORKERS = max(2, min(4, os.cpu_count() or 2))
_BROWSER_TESTS = Path("tests/browser")


def run(options: argparse.Namespace) -> int:
    """Check and test everything, or only the tests of the paths given. Does not return: pytest takes our place."""
    arguments = ["-n", str(_WORKERS), "--dist", "worksteal"]
    environment = {**os.environ, FAILED_CHECKS: ""}
    if options.paths:
        arguments = options.paths
    else:
        environment[FAILED_CHECKS] = ", ".join(_check())
    if _needs_browser(options.paths):
        _ensure_browser()
    os.chdir(ROOT)
    os.execve(sys.executable, [sys.executable, "-m", "pytest", *arguments], environment)


def _check() -> list[str]:
    """Run what reads the code without running it; return the names of what found fault."""
    checks = {
        "ruff check": ["-m", "ruff", "check", "--quiet", "--output-format", "concise"],
        "ruff format": ["-m", "ruff", "format", "--check", "--quiet"],
        "mypy": ["-m", "mypy", "--no-error-summary"],
        "import rules": ["-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"],
        "djlint": ["-m", "djlint", "app/templates", "--lint", "--quiet"],
    }
    failed = []
    for name, command in checks.items():
        start = time.monotonic()
        ran = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
        terminal.say(f"{name:<12} {'found fault' if ran.returncode else 'well'}  ({time.monotonic() - start:.1f} s)")
        if ran.returncode:
            failed.append(name)
            terminal.say((ran.stdout + ran.stderr).rstrip())
    return failed


def _needs_browser(paths: list[str]) -> bool:
    if not (ROOT / _BROWSER_TESTS).exists():
        return False
    places = [Path(path.partition("::")[0]).resolve() for path in paths if not path.startswith("-")]
    browser = (ROOT / _BROWSER_TESTS).resolve()
    return not places or any(browser.is_relative_to(place) or place.is_relative_to(browser) for place in places)


def _ensure_browser() -> None:
    """Find a Chromium, fetch Playwright's, or install the system's; the tests find it in the same order."""
    if shutil.which("chromium") or _has_playwrights():
        return
    terminal.say("Chromium     fetching Playwright's")
    fetch = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(fetch, capture_output=True, check=False).returncode == 0 and _has_playwrights():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        terminal.say("Chromium     installing the system's package")
        subprocess.run(["apt-get", "update", "--quiet"], capture_output=True, check=False)
        install = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]
        if subprocess.run(install, capture_output=True, check=False).returncode == 0 and shutil.which("chromium"):
            return
    raise Refusal(
        "The browser tests need Chromium, and it can neither be found nor fetched. Install it "
        "(Debian: sudo apt-get install chromium), or run the other tests: bin/test tests/services tests/blueprints"
    )


def _has_playwrights() -> bool:
    find = "from playwright.sync_api import sync_playwright as p\nwith p() as s: print(s.chromium.executable_path)"
    found = subprocess.run([sys.executable, "-c", find], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip()) and Path(found.stdout.strip()).exists()
