"""Orders whose money did not come after all are found by it, among the many that were never paid."""

from alembic import op

revision = "0022"
down_revision = "0021"

_NAME = "ix_payments_order_id_lapsed"
_LAPSED = "state = 'cancelled' AND amount > released AND (authorized_at IS NOT NULL OR pay_by IS NOT NULL)"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_NAME}")  # half made by one that was killed
        op.execute(f"CREATE INDEX CONCURRENTLY {_NAME} ON payments (order_id) WHERE {_LAPSED}")


def downgrade() -> None:
    op.execute(f"DROP INDEX {_NAME}")
