"""What a product costs at most: a list narrowed by price has all of which something costs that much."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("search_documents", sa.Column("dearest", sa.BigInteger(), nullable=True))
    op.execute("UPDATE search_documents SET dearest = price")  # until each is indexed anew


def downgrade() -> None:
    op.drop_column("search_documents", "dearest")
