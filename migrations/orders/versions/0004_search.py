"""How alike a word must be to count as a typo. The setting belongs to the database, so that the index can serve it."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # Calling the extension loads it, and only then may a plain owner set its parameter.
    op.execute("SELECT word_similarity('a', 'b')")
    op.execute(
        """
        DO $$ BEGIN
            EXECUTE format('ALTER DATABASE %I SET pg_trgm.word_similarity_threshold = 0.4', current_database());
        END $$
        """
    )


def downgrade() -> None:
    op.execute("SELECT word_similarity('a', 'b')")
    op.execute(
        """
        DO $$ BEGIN
            EXECUTE format('ALTER DATABASE %I RESET pg_trgm.word_similarity_threshold', current_database());
        END $$
        """
    )
