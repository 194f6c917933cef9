"""Orders are found by number, e-mail, name and postcode, by the SKU of a thing, and transfers by who sent them."""

from alembic import op

revision = "0018"
down_revision = "0017"

_INDEXES = {
    "ix_orders_words": "orders USING gin (words_of_order(number, email, address) gin_trgm_ops)",
    "ix_order_lines_sku_order_id": "order_lines (lower(sku), order_id)",
    "ix_transfer_receipts_sender": "transfer_receipts USING gin (plain(sender) gin_trgm_ops)",
}


def upgrade() -> None:
    # The number twice, also as people type it.
    op.execute(
        """
        CREATE OR REPLACE FUNCTION words_of_order(number text, email text, address jsonb) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE
        AS $$ SELECT public.plain(
            number || ' ' || replace(number, '-', '') || ' ' || email || ' ' || coalesce(address ->> 'name', '')
            || ' ' || coalesce(address ->> 'company', '') || ' ' || coalesce(address ->> 'postal_code', '')
        ) $$
        """
    )
    with op.get_context().autocommit_block():
        for name, of in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # half made by one that was killed
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {of}")


def downgrade() -> None:
    for name in _INDEXES:
        op.execute(f"DROP INDEX {name}")
    op.execute("DROP FUNCTION words_of_order(text, text, jsonb)")
