"""Whether the shop is well: its engines, its queue, its clock, and the jobs that gave up.

The one rule: it owns no rows and asks about real work; "the port is open" is no answer.
"""

from app.services.health.checks import Check, check, inspect
from app.services.health.jobs import FailedJob, failed_jobs, retry_job

__all__ = ["Check", "FailedJob", "check", "failed_jobs", "inspect", "retry_job"]
