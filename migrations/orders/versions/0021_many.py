"""The most popular and the newest products are found in order: of very long lists no others need be read.

Which samples a product is in, by which such lists are known, `flask shop reindex` writes; until then all are short.
"""

from alembic import op

revision = "0021"
down_revision = "0020"

_INDEXES = {
    "ix_search_documents_popular": "popularity DESC, created_at DESC, product_id",
    "ix_search_documents_newest": "created_at DESC, product_id",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name, columns in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # half made by one that was killed
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON search_documents ({columns}) WHERE is_published")


def downgrade() -> None:
    for name in _INDEXES:
        op.execute(f"DROP INDEX {name}")
