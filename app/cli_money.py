"""`flask shop reconcile` and `flask shop taxes`: money compared with Stripe's, tax rates brought up to date."""

from datetime import timedelta

import click

from app import formats
from app.errors import Unavailable
from app.services import checkout, tax

_NO_ANSWER = "Stripe does not answer, so the money was not compared to the end. Run it again once Stripe does."
_NO_KEY = "Stripe refuses SHOP_STRIPE_SECRET_KEY, so the money was not compared. Correct it and run this again."


@click.command()
@click.option("--days", default=3, show_default=True, type=click.IntRange(1, 90), help="How far to look back.")
def reconcile(days: int) -> None:
    """Compare all money of the last days, both ways; settle what had come unnoticed and name the rest.

    What somebody has closed in the back office is not named again.
    """
    try:
        findings = checkout.reconcile(looking_back=timedelta(days=days))
    except Unavailable as error:
        raise click.ClickException(_NO_ANSWER if error.retry else _NO_KEY) from error
    for finding in findings:
        click.echo(f"{'mended' if finding.is_mended else 'LOOK  '}  {finding.payment}  {finding.says}")
    open_ones = [finding for finding in findings if not finding.is_mended]
    if open_ones:
        raise click.ClickException(f"{len(open_ones)} differences need a person; see the order's page and Stripe's.")
    click.echo("Every payment agrees.")


@click.command()
def taxes() -> None:
    """Take over the tax rates that changed in the European Union; they hold from today on. Run it after an upgrade."""
    rates = tax.take_official_rates(actor="operator")
    for rate in rates:
        click.echo(f"{rate.country}  {rate.tax_class:<14} {formats.percent(rate.percent)} from {rate.valid_from}")
    click.echo(f"{len(rates)} rates were taken over." if rates else "The table is up to date.")
