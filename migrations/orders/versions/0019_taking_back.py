"""What was matched to a transfer by mistake can be marked as taken back; its line of the statement is free again."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_TABLE = "transfer_receipts"
_KEPT = "id, payment_id, key, bank_line, amount, currency, sender, actor, created_at"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(_TABLE, sa.Column("taken_back_by", sa.String(), nullable=True))
    op.drop_constraint("uq_transfer_receipts_bank_line", _TABLE)
    op.create_index(
        "uq_transfer_receipts_bank_line",
        _TABLE,
        ["bank_line"],
        unique=True,
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    _keep(f"UPDATE OF {_KEPT} OR DELETE")


def downgrade() -> None:
    _keep("UPDATE OR DELETE")
    op.drop_index("uq_transfer_receipts_bank_line", _TABLE)
    op.create_unique_constraint("uq_transfer_receipts_bank_line", _TABLE, ["bank_line"])
    op.drop_column(_TABLE, "taken_back_by")
    op.drop_column(_TABLE, "taken_back_at")


def _keep(from_what: str) -> None:
    """Have the ledger refuse what would alter or remove a line."""
    op.execute(f"DROP TRIGGER {_TABLE}_is_kept ON {_TABLE}")
    op.execute(
        f"CREATE TRIGGER {_TABLE}_is_kept BEFORE {from_what} ON {_TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    )
