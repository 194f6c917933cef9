"""Narrow search documents: what few are asked for lies beside the row, so that a search reads a third of the pages.

PostgreSQL moves columns out of rows of more than two kilobytes only, whatever `toast_tuple_target` says
(TOAST_TUPLE_THRESHOLD, https://www.postgresql.org/docs/current/storage-toast.html). Two thousand blanks make each row
as long; in the row they take 32 bytes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_STAY = ("title", "facets", "heads")  # what every search reads

_LENGTHEN = sa.text(
    """
    WITH next AS (SELECT product_id FROM search_documents WHERE product_id > :last ORDER BY product_id LIMIT 500),
    done AS (UPDATE search_documents d SET padding = DEFAULT FROM next WHERE d.product_id = next.product_id)
    SELECT max(product_id) FROM next
    """
)


def upgrade() -> None:
    op.execute("ALTER TABLE search_documents SET (toast_tuple_target = 400)")
    for column in _STAY:
        op.execute(f"ALTER TABLE search_documents ALTER COLUMN {column} SET STORAGE MAIN")
    blanks = sa.text("repeat(' ', 2000)")
    padding = sa.Column("padding", sa.String(), server_default=blanks, nullable=False)
    op.add_column("search_documents", padding, if_not_exists=True)
    with op.get_context().autocommit_block():  # some rows at a time, so that nobody waits for all of them
        last: str | None = ""
        while last is not None:
            last = op.get_bind().execute(_LENGTHEN, {"last": last}).scalar()


def downgrade() -> None:
    op.drop_column("search_documents", "padding")
    for column in _STAY:
        op.execute(f"ALTER TABLE search_documents ALTER COLUMN {column} SET STORAGE EXTENDED")
    op.execute("ALTER TABLE search_documents SET (toast_tuple_target = 256)")
