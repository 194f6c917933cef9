"""What can be had of a product, variant by variant, beside its search document.

Only the catalogue knows the variants, so until `flask shop reindex` each product has one or two here, at its least and
at its greatest price, that have all its values: lists compare products, as before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, BIT

revision = "0020"
down_revision = "0019"

_FILL = """
INSERT INTO search_offers (product_id, prices, terms, had_by, every)
SELECT d.product_id, prices, own.terms, array_fill(every, ARRAY[cardinality(own.terms)]), every
FROM search_documents AS d
CROSS JOIN LATERAL (SELECT CASE WHEN d.price IS NULL THEN ARRAY[]::bigint[]
    WHEN d.price = d.dearest THEN ARRAY[d.price] ELSE ARRAY[d.price, d.dearest] END AS prices OFFSET 0) AS priced
CROSS JOIN LATERAL (SELECT rpad('', cardinality(prices), '1')::varbit AS every OFFSET 0) AS bits
CROSS JOIN LATERAL (SELECT coalesce(array_agg(t.id), '{}') AS terms FROM search_terms AS t
    WHERE t.id = ANY (d.facets) AND t.facet NOT IN ('kind', 'vendor', 'tag')) AS own
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.create_table(
        "search_offers",
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("prices", ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("terms", ARRAY(sa.Integer()), nullable=False),
        sa.Column("had_by", ARRAY(BIT(varying=True)), nullable=False),
        sa.Column("every", BIT(varying=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["search_documents.product_id"],
            name="fk_search_offers_product_id_search_documents",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("product_id", name="pk_search_offers"),
        if_not_exists=True,
    )
    with op.get_context().autocommit_block():  # else no product could be indexed meanwhile
        op.execute(_FILL)


def downgrade() -> None:
    op.drop_table("search_offers")
