"""`flask shop …`: the operator's commands. Each is one service call and a sentence, also where that is refused."""

from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from psycopg import errors
from sqlalchemy.exc import ProgrammingError

from app import cli_catalog, cli_money, cli_operator, cli_orders, cli_staff, db
from app.errors import STORE_ERRORS, ShopError
from app.services import images, tax

_DOWN = "A store does not do what it was asked; `flask shop check` says which, and what to do."
_MIGRATE = "The databases are not as this release needs them; run `flask shop migrate` with the owner's role."
_ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (errors.InsufficientPrivilege, "`flask shop migrate` needs the owner's role, all else the worker's."),
    (errors.UndefinedTable, _MIGRATE),
    (errors.UndefinedColumn, _MIGRATE),
)


class _Commands(AppGroup):
    """Commands whose refusals are told in a sentence each."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except ShopError as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except ProgrammingError as error:
            advice = next((advice for kind, advice in _ADVICE if isinstance(error.orig, kind)), None)
            if advice is None:
                raise
            raise click.ClickException(_with_reason(advice, error)) from error
        except STORE_ERRORS as error:
            raise click.ClickException(_with_reason(_DOWN, error)) from error


def _with_reason(advice: str, error: Exception) -> str:
    return f"{advice} It said: {str(error).splitlines()[0][:300]}"


shop = _Commands("shop", help="Run the shop: migrate, seed, import, check, staff and more.")


def register(app: Flask) -> None:
    """Add the commands."""
    operators = (
        *(cli_operator.audit, cli_operator.check, cli_operator.fsck),
        *(cli_money.reconcile, cli_money.taxes, cli_orders.invoices),
    )
    for command in (*cli_catalog.COMMANDS, cli_staff.staff, *operators):
        shop.add_command(command)
    app.cli.add_command(shop)


@shop.command("migrate")
def migrate_stores() -> None:
    """Bring every store to this release's shape. Safe to run again, and twice at once."""
    from app.migrate import migrate, migrate_catalog  # noqa: PLC0415 - alembic is for this command, not for pages

    for database in db.BOTH:
        migrate(database)
        click.echo(f"Database {database.name} is up to date.")
    if rates := tax.take_official_rates(only_first=True):
        click.echo(f"{len(rates)} tax rates of the European Union were taken over; see /admin/taxes/.")
    migrate_catalog()
    click.echo("The catalogue is up to date.")
    images.make_bucket()
    click.echo("The bucket for pictures and labels is there.")
