"""An order that is to be paid by transfer leaves its cart as it is placed: the next order leaves it alone."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_WAITS = "state = 'placed'"
_IN_CART = f"{_WAITS} AND left_cart_at IS NULL"


def upgrade() -> None:
    op.add_column("orders", sa.Column("left_cart_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True)
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_orders_cart_id_waiting")  # of a run that was cut short
        op.execute(f"CREATE UNIQUE INDEX CONCURRENTLY uq_orders_cart_id_waiting ON orders (cart_id) WHERE {_IN_CART}")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS uq_orders_cart_id_live")


def downgrade() -> None:
    op.create_index("uq_orders_cart_id_live", "orders", ["cart_id"], unique=True, postgresql_where=sa.text(_WAITS))
    op.drop_index("uq_orders_cart_id_waiting", "orders")
    op.drop_column("orders", "left_cart_at")
