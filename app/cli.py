"""`flask shop …`: the operator's commands. Each is one service call and a sentence."""

import click
from flask import Flask
from flask.cli import AppGroup

from app import cli_catalog, cli_money, cli_operator, cli_orders, cli_staff, db
from app.errors import Unavailable
from app.services import images, tax

shop = AppGroup("shop", help="Run the shop: migrate, seed, import, check, staff and more.")


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
        try:
            migrate(database)
        except Unavailable as refusal:
            raise click.ClickException(str(refusal)) from refusal
        click.echo(f"Database {database.name} is up to date.")
    if rates := tax.take_official_rates(only_first=True):
        click.echo(f"{len(rates)} tax rates of the European Union were taken over; see /admin/taxes/.")
    migrate_catalog()
    click.echo("The catalogue is up to date.")
    images.make_bucket()
    click.echo("The bucket for pictures and labels is there.")
