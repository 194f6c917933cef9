"""What the terminal shows of a line in a log."""

import json

from launcher.logs import find_error

_TRACE = """Traceback (most recent call last):
  File "psycopg.py", line 1, in execute
psycopg.errors.AdminShutdown: terminating connection

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "worker.py", line 81, in execute_job
    job.perform()
sqlalchemy.exc.OperationalError: (psycopg.errors.AdminShutdown) terminating connection
[SQL: SELECT 1]
(Background on this error at: https://sqlalche.me/e/21/e3q8)
"""


def test_error_is_shown_with_its_cause_and_without_what_follows_it() -> None:
    line = json.dumps({"level": "error", "message": "a job failed", "exception": _TRACE})

    cause = "sqlalchemy.exc.OperationalError: (psycopg.errors.AdminShutdown) terminating connection"
    assert find_error(line) == f"a job failed ({cause})"
