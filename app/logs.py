"""Logs: one JSON object a line, each with the id of the request or job it belongs to."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from flask import g, has_app_context

_NOISY = (
    *("rq.worker", "rq.cron", "pymongo", "botocore", "urllib3", "httpx", "stripe", "python_http_client"),
    "alembic.runtime.plugins",  # says at each start of `flask shop check` what alembic is made of
)
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_app_context() and (request_id := g.get("request_id")):
            line["request_id"] = request_id
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def set_up(level: str) -> None:
    """Send every logger's lines to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel("WARNING")
