"""`flask shop reconcile`: compare the money at Stripe with the shop's now, as happens every night."""

from datetime import timedelta

import click

from app.services import checkout


@click.command()
@click.option("--days", default=3, show_default=True, type=click.IntRange(1, 90), help="How far to look back.")
def reconcile(days: int) -> None:
    """Compare all money of the last days, both ways; settle what had come unnoticed and name the rest."""
    findings = checkout.reconcile(looking_back=timedelta(days=days))
    for finding in findings:
        click.echo(f"{'mended' if finding.is_mended else 'LOOK  '}  {finding.payment}  {finding.says}")
    open_ones = [finding for finding in findings if not finding.is_mended]
    if open_ones:
        raise click.ClickException(f"{len(open_ones)} differences need a person; see the order's page and Stripe's.")
    click.echo("Every payment agrees.")
