"""What came of a return and where it went on to: fewer than announced may come, and what is declined may go back."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

# Until now a return came whole; one that was declined had come where pieces were put on the shelf or called damaged.
_CAME = """
    UPDATE return_lines SET came = quantity FROM returns
    WHERE returns.id = return_id AND came IS NULL AND (
        state IN ('received', 'refunded')
        OR EXISTS (SELECT FROM return_lines other WHERE other.return_id = returns.id AND other.damaged > 0)
        OR EXISTS (SELECT FROM stock_movements WHERE kind = 'restock' AND reference = 'return:' || returns.id)
    )
"""


def upgrade() -> None:
    op.add_column(
        "returns",
        sa.Column("sent_back", sa.Boolean(), server_default=sa.false(), nullable=False),
        if_not_exists=True,
    )
    op.add_column("return_lines", sa.Column("came", sa.BigInteger(), nullable=True), if_not_exists=True)
    op.drop_constraint("ck_return_lines_came_within_quantity", "return_lines", if_exists=True)
    op.create_check_constraint(
        op.f("ck_return_lines_came_within_quantity"),
        "return_lines",
        "came >= 0 AND came <= quantity AND damaged <= came",
        postgresql_not_valid=True,
    )
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE return_lines VALIDATE CONSTRAINT ck_return_lines_came_within_quantity")
        op.execute(_CAME)


def downgrade() -> None:
    op.drop_column("return_lines", "came")
    op.drop_column("returns", "sent_back")
