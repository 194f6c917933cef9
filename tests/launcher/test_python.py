"""A Python that the requirements have wheels for is found, or the way to one is told."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_NEWER = f"""#!/bin/sh
exec {sys.executable} -c 'import sys; sys.version_info = (3, 14, 0, "final", 0); exec(sys.argv[1])' "$2"
"""
_UV = f"""#!/bin/sh
[ "$1 $2" = "python find" ] && echo {sys.executable}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A PATH on which the one Python is too new."""
    for name in ("sh", "dirname", "rm", "mkdir"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    _put(tmp_path / "python3", _NEWER)
    return tmp_path


def test_python_without_wheels_is_refused_with_the_way_to_another(folder: Path) -> None:
    ran = _run(folder)

    assert ran.returncode == 1
    assert "bin/dev needs Python 3.11, 3.12 or 3.13, and finds none." in ran.stderr
    assert "uv python install 3.13" in ran.stderr


def test_pictures_are_kept_where_no_new_ones_can_be_made(folder: Path) -> None:
    shutil.copytree(ROOT / "bin", folder / "shop/bin")
    last = folder / "shop/var/screenshots/index.html"
    last.parent.mkdir(parents=True)
    last.touch()

    ran = _run(folder, folder / "shop/bin/screenshots")

    assert ran.returncode == 1
    assert "bin/screenshots needs Python 3.11, 3.12 or 3.13, and finds none." in ran.stderr
    assert last.exists()


def test_python_that_uv_keeps_is_found(folder: Path) -> None:
    _put(folder / "uv", _UV)

    ran = _run(folder)

    assert ran.returncode == 0, ran.stderr
    assert "usage: bin/dev" in ran.stdout


def _put(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)


def _run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    command = command or (ROOT / "bin" / "dev", "--help")
    return subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True, check=False)
