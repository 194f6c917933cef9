"""The most popular and the newest products are found in order: of very long lists no others need be read.

Which samples a product is in, by which such lists are known, `flask shop reindex` writes; until then all are short.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_SHOWN = sa.text("is_published")


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in (("popular", ["popularity DESC", "created_at DESC"]), ("newest", ["created_at DESC"])):
            op.create_index(
                f"ix_search_documents_{name}",
                "search_documents",
                [*map(sa.text, columns), "product_id"],
                postgresql_where=_SHOWN,
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    for name in ("newest", "popular"):
        op.drop_index(f"ix_search_documents_{name}", "search_documents")
