"""Which changes of stock pages show: the database counts those, whatever statement makes them."""

from alembic import op

revision = "0010"
down_revision = "0006"

# As inventory.Shown: how many can be sold, up to one more than a few; the day on which they come, when none lies there.
_LEFT = "least({row}.on_hand + {row}.backorder - {row}.reserved, 4)"
_DUE = (
    "CASE WHEN {row}.on_hand + {row}.backorder > {row}.reserved AND {row}.on_hand <= {row}.reserved "
    "THEN {row}.expected_on END"
)


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION stock_count_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.changes := OLD.changes + 1;
            RETURN NEW;
        END $$
        """
    )
    differs = " OR ".join(
        f"({shown.format(row='OLD')}) IS DISTINCT FROM ({shown.format(row='NEW')})" for shown in (_LEFT, _DUE)
    )
    op.execute(
        f"CREATE TRIGGER stock_levels_show BEFORE UPDATE ON stock_levels FOR EACH ROW WHEN ({differs}) "
        "EXECUTE FUNCTION stock_count_change()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER stock_levels_show ON stock_levels")
    op.execute("DROP FUNCTION stock_count_change()")
