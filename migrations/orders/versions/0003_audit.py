"""Guards of the audit: nobody alters a row, and each new row is noted for the sealer in its own commit.

A table's owner can still drop a trigger; the chain and its checkpoints show what was done then.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

_KEPT = ("audit_intake", "audit_chain", "audit_checkpoints")


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'rows of % are never altered or removed', TG_TABLE_NAME;
        END $$
        """
    )
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )
    # With the rights of the owner, so that the web role needs none on the sealer's list.
    op.execute(
        """
        CREATE FUNCTION audit_note_unsealed() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public AS $$
        BEGIN
            INSERT INTO audit_unsealed (intake_id) VALUES (NEW.id);
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_intake_waits AFTER INSERT ON audit_intake "
        "FOR EACH ROW EXECUTE FUNCTION audit_note_unsealed()"
    )
    op.execute(
        """
        DO $$
        BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'web') THEN
                REVOKE ALL ON audit_intake, audit_unsealed, audit_chain, audit_checkpoints FROM web;
                GRANT INSERT ON audit_intake TO web;
            END IF;
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'worker') THEN
                REVOKE UPDATE, DELETE ON audit_intake, audit_chain, audit_checkpoints FROM worker;
            END IF;
        END $$
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER audit_intake_waits ON audit_intake")
    op.execute("DROP FUNCTION audit_note_unsealed()")
    for table in _KEPT:
        op.execute(f"DROP TRIGGER {table}_is_kept ON {table}")
    op.execute("DROP FUNCTION audit_refuse()")
