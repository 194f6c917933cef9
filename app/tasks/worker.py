"""`python -m app.tasks.worker`: an RQ worker inside an app context.

Money and mail are small and run without a fork per job; pictures (`--pictures`) are heavy and may break, so they fork.
"""

import os
import sys

from rq import SimpleWorker, Worker

from app import create_app, stores
from app.config import Config

QUEUES = ["clock", "money", "mail", "default"]  # what the clock starts is short, and must not wait for a backlog


def main() -> None:
    """Work until told to stop."""
    pictures = "--pictures" in sys.argv[1:]
    app = create_app(Config.from_env(os.environ), role="worker")
    with app.app_context():
        kind, queues = (Worker, ["pictures"]) if pictures else (SimpleWorker, QUEUES)
        worker = kind(queues, connection=stores.redis(), log_job_description=False)
        worker.work(with_scheduler=False, logging_level="WARNING", burst="--burst" in sys.argv[1:])


if __name__ == "__main__":
    main()
