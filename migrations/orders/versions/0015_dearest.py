"""What a product costs at most: a list narrowed by price has all of which something costs that much."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_FILL = sa.text(  # until each is indexed anew
    """
    WITH next AS (SELECT product_id FROM search_documents WHERE product_id > :last ORDER BY product_id LIMIT 500),
    done AS (UPDATE search_documents d SET dearest = price FROM next
             WHERE d.product_id = next.product_id AND dearest IS NULL)
    SELECT max(product_id) FROM next
    """
)


def upgrade() -> None:
    op.add_column("search_documents", sa.Column("dearest", sa.BigInteger(), nullable=True), if_not_exists=True)
    with op.get_context().autocommit_block():  # some rows at a time, so that nobody waits for all of them
        last: str | None = ""
        while last is not None:
            last = op.get_bind().execute(_FILL, {"last": last}).scalar()


def downgrade() -> None:
    op.drop_column("search_documents", "dearest")
