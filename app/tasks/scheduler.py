"""`python -m app.tasks.scheduler`: `rq cron` with the shop's own address of Redis."""

import os

from rq.cron import CronScheduler

from app import create_app, stores
from app.config import Config


def main() -> None:
    """Start what `app/tasks/cron.py` lists, each at its time, until told to stop."""
    app = create_app(Config.from_env(os.environ), role="scheduler")
    with app.app_context():
        scheduler = CronScheduler(connection=stores.redis(), logging_level="WARNING")
        scheduler.load_config_from_file("app.tasks.cron")
        scheduler.start()  # type: ignore[no-untyped-call]  # RQ says no types here


if __name__ == "__main__":
    main()
