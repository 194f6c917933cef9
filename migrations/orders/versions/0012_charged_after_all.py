"""A card may be charged at Stripe what was let go here: it is both then, and goes back."""

from alembic import op

revision = "0012"
down_revision = "0011"

_BEFORE = "released >= 0 AND captured + released <= amount OR released = 0"
_NOW = "released >= 0 AND released <= amount"


def upgrade() -> None:
    _replace(_NOW)


def downgrade() -> None:
    _replace(_BEFORE)


def _replace(condition: str) -> None:
    op.drop_constraint("ck_payments_released_within", "payments", if_exists=True)
    op.create_check_constraint(op.f("ck_payments_released_within"), "payments", condition, postgresql_not_valid=True)
    with op.get_context().autocommit_block():  # so that all payments are read without keeping anybody from them
        op.execute("ALTER TABLE payments VALIDATE CONSTRAINT ck_payments_released_within")
