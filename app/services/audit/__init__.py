"""The audit: who did what to what, in a form that cannot be changed unnoticed once it is sealed.

The one rule: the act and its row commit together. A row is written into the intake of the act's own database; a job
seals committed rows into a chain of hashes about every second, and signed checkpoints of it leave for S3.
"""

from app.services.audit.intake import record
from app.services.audit.outside import outside
from app.services.audit.seal import checkpoint, seal
from app.services.audit.verify import Report, verify

__all__ = ["Report", "checkpoint", "outside", "record", "seal", "verify"]
