"""A slip on the command line is told before anything is installed."""

import pytest
from launcher import options


def test_path_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options.parse(["test", "tests/rules", "tests/nothing::test_x"])

    assert "there is no tests/nothing::test_x" in capsys.readouterr().err


def test_options_of_pytest_are_passed_on() -> None:
    given = ["tests/launcher/test_options.py::test_x", "-k", "no path"]

    assert options.parse(["test", "--", *given]).paths == given


def test_unknown_option_is_refused_by_the_command_that_was_called(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options.parse(["dev", "--prt", "8001"])

    assert "bin/dev: error: unrecognized arguments: --prt 8001" in capsys.readouterr().err
