"""Ledgers of money are append-only: nobody alters or removes a line."""

from alembic import op

revision = "0006"
down_revision = "0009"

_KEPT = ("gift_card_entries", "transfer_receipts")


def upgrade() -> None:
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )


def downgrade() -> None:
    for table in _KEPT:
        op.execute(f"DROP TRIGGER {table}_is_kept ON {table}")
