"""A carrier gives a tracking number again, after months or years: two parcels may have the same."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index("ix_shipments_tracking_number", "shipments", ["tracking_number"])
    op.drop_constraint("uq_shipments_tracking_number", "shipments")


def downgrade() -> None:
    op.create_unique_constraint("uq_shipments_tracking_number", "shipments", ["tracking_number"])
    op.drop_index("ix_shipments_tracking_number", "shipments")
