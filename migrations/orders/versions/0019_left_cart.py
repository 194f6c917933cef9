"""An order that is to be paid by transfer leaves its cart as it is placed: the next order leaves it alone."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0015"

_WAITS = "state = 'placed'"


def upgrade() -> None:
    op.add_column("orders", sa.Column("left_cart_at", sa.DateTime(timezone=True), nullable=True))
    in_cart = sa.text(f"{_WAITS} AND left_cart_at IS NULL")
    op.create_index("uq_orders_cart_id_waiting", "orders", ["cart_id"], unique=True, postgresql_where=in_cart)
    op.drop_index("uq_orders_cart_id_live", "orders")


def downgrade() -> None:
    op.create_index("uq_orders_cart_id_live", "orders", ["cart_id"], unique=True, postgresql_where=sa.text(_WAITS))
    op.drop_index("uq_orders_cart_id_waiting", "orders")
    op.drop_column("orders", "left_cart_at")
