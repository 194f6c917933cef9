"""Extensions and the search configuration.

`unaccent` is wrapped because the bare function is only STABLE, and an index needs IMMUTABLE
(https://www.postgresql.org/docs/current/unaccent.html).
"""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION plain(text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ SELECT lower(public.unaccent('public.unaccent', $1)) $$
        """
    )
    op.execute("CREATE TEXT SEARCH CONFIGURATION shop (COPY = english)")
    op.execute(
        "ALTER TEXT SEARCH CONFIGURATION shop ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem"
    )


def downgrade() -> None:
    op.execute("DROP TEXT SEARCH CONFIGURATION shop")
    op.execute("DROP FUNCTION plain(text)")
    op.execute("DROP EXTENSION unaccent")
    op.execute("DROP EXTENSION pg_trgm")
