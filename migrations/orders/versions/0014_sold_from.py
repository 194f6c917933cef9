"""How many of a variant are sold at once: of what has fewer left, pages and the filter of lists say that it is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_LEFT = "{row}.on_hand + {row}.backorder - {row}.reserved"
_COMES = "{row}.on_hand <= {row}.reserved"


def upgrade() -> None:
    sold_from = sa.Column("sold_from", sa.BigInteger(), server_default="1", nullable=False)
    op.add_column("stock_levels", sold_from, if_not_exists=True)
    op.drop_constraint("ck_stock_levels_sold_from_one", "stock_levels", if_exists=True)
    op.create_check_constraint(
        op.f("ck_stock_levels_sold_from_one"), "stock_levels", "sold_from >= 1", postgresql_not_valid=True
    )
    _watch(f"{_LEFT} >= {{row}}.sold_from")
    with op.get_context().autocommit_block():  # so that every level is read without keeping anybody from it
        op.execute("ALTER TABLE stock_levels VALIDATE CONSTRAINT ck_stock_levels_sold_from_one")


def downgrade() -> None:
    _watch(f"{_LEFT} > 0")
    op.drop_column("stock_levels", "sold_from")


def _watch(can_be_had: str) -> None:
    """Have the triggers of 0009 and 0010 fire when that, or what pages show of it, changes."""
    op.execute("DROP TRIGGER IF EXISTS stock_levels_turn ON stock_levels")
    op.execute("DROP TRIGGER IF EXISTS stock_levels_show ON stock_levels")
    op.execute(
        f"CREATE TRIGGER stock_levels_turn AFTER UPDATE ON stock_levels FOR EACH ROW WHEN ({_differs(can_be_had)}) "
        "EXECUTE FUNCTION search_note_turn()"
    )
    shown = (
        f"CASE WHEN {can_be_had} THEN least({_LEFT}, 4) ELSE 0 END",  # as inventory.Shown
        f"CASE WHEN {can_be_had} AND {_COMES} THEN {{row}}.expected_on END",
    )
    op.execute(
        "CREATE TRIGGER stock_levels_show BEFORE UPDATE ON stock_levels FOR EACH ROW "
        f"WHEN ({' OR '.join(map(_differs, shown))}) EXECUTE FUNCTION stock_count_change()"
    )


def _differs(value: str) -> str:
    return f"({value.format(row='OLD')}) IS DISTINCT FROM ({value.format(row='NEW')})"
