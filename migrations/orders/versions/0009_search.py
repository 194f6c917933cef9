"""Search at size: narrow rows, a list of what ran out or came in, distances between words, no compiling of queries."""

from alembic import op

revision = "0009"
down_revision = "0004"

_SETTINGS = {"jit": "off", "work_mem": "'32MB'"}


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS fuzzystrmatch")
    # What every search reads of a row stays in it; what only a few rows are asked for lies beside it.
    op.execute("ALTER TABLE search_documents SET (toast_tuple_target = 256)")
    for column in ("words", "vocabulary", "codes"):
        op.execute(f"ALTER TABLE search_documents ALTER COLUMN {column} SET STORAGE EXTERNAL")
    # With the rights of the owner, so that whoever sells needs none on the index.
    op.execute(
        """
        CREATE FUNCTION search_note_turn() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public AS $$
        BEGIN
            INSERT INTO search_turns (variant_id) VALUES (NEW.variant_id);
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER stock_levels_turn AFTER UPDATE ON stock_levels FOR EACH ROW "
        "WHEN ((OLD.on_hand + OLD.backorder > OLD.reserved) <> (NEW.on_hand + NEW.backorder > NEW.reserved)) "
        "EXECUTE FUNCTION search_note_turn()"
    )
    op.execute(
        "CREATE TRIGGER stock_levels_come AFTER INSERT ON stock_levels FOR EACH ROW "
        "WHEN (NEW.on_hand + NEW.backorder > NEW.reserved) EXECUTE FUNCTION search_note_turn()"
    )
    for name, value in _SETTINGS.items():
        _alter(f"SET {name} = {value}")


def downgrade() -> None:
    for name in _SETTINGS:
        _alter(f"RESET {name}")
    op.execute("DROP TRIGGER stock_levels_come ON stock_levels")
    op.execute("DROP TRIGGER stock_levels_turn ON stock_levels")
    op.execute("DROP FUNCTION search_note_turn()")
    op.execute("DROP EXTENSION fuzzystrmatch")


def _alter(change: str) -> None:
    quoted = change.replace("'", "''")
    op.execute(f"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {quoted}', current_database()); END $$")
