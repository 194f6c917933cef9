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


def upgrade() -> None:
    op.execute("ALTER TABLE search_documents SET (toast_tuple_target = 400)")
    for column in _STAY:
        op.execute(f"ALTER TABLE search_documents ALTER COLUMN {column} SET STORAGE MAIN")
    blanks = sa.text("repeat(' ', 2000)")
    op.add_column("search_documents", sa.Column("padding", sa.String(), server_default=blanks, nullable=False))
    op.execute("UPDATE search_documents SET padding = DEFAULT")


def downgrade() -> None:
    op.drop_column("search_documents", "padding")
    for column in _STAY:
        op.execute(f"ALTER TABLE search_documents ALTER COLUMN {column} SET STORAGE EXTENDED")
    op.execute("ALTER TABLE search_documents SET (toast_tuple_target = 256)")
