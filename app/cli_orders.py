"""`flask shop invoices`: what orders lack on paper."""

import click

from app.services import documents


@click.command()
def invoices() -> None:
    """Have every missing invoice written, and every document printed that is not yet. Safe to run again."""
    without, unprinted = documents.make_missing()
    click.echo(f"{without} invoices are being written and {unprinted} documents printed; the worker does it.")
