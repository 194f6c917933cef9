"""Whether the shop is well: its engines, its queue, its clock, the jobs that gave up, and whether its books agree.

The one rule: it owns no rows and asks about real work; "the port is open" is no answer.
"""

from app.services.health.checks import Check, beat, check, inspect
from app.services.health.fsck import CHECKS, Examined, examine
from app.services.health.jobs import FailedJob, failed_jobs, orders_of, retry_job

__all__ = [
    "CHECKS",
    "Check",
    "Examined",
    "FailedJob",
    "beat",
    "check",
    "examine",
    "failed_jobs",
    "inspect",
    "orders_of",
    "retry_job",
]
