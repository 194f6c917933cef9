"""`flask shop check` and `flask shop audit verify`: whether the shop is well, and its audit whole."""

import click

from app.services import audit as audits
from app.services import health


@click.command()
def check() -> None:
    """Ask every engine, setting and queue whether it is well, and say what to do where it is not."""
    checks = health.inspect()
    for each in checks:
        mark = "ok " if each.is_well else "BAD" if each.is_needed else "bad"
        click.echo(f"{mark}  {each.name:<12} {each.says}")
        if not each.is_well and each.advice:
            click.echo(f"     {'':<12} -> {each.advice}")
    unwell = [each.name for each in checks if not each.is_well]
    if unwell:
        raise click.ClickException(f"Not well: {', '.join(unwell)}.")
    click.echo("All is well.")


@click.group()
def audit() -> None:
    """Look after the audit."""


@audit.command("verify")
def verify() -> None:
    """Recompute the audit and compare it with its signed checkpoints. A row altered since its sealing is named."""
    report = audits.verify()
    for problem in report.problems:
        click.echo(problem)
    if report.problems:
        raise click.ClickException(f"{len(report.problems)} problems; {report.rows} rows agree.")
    click.echo(f"{report.rows} rows and {report.checkpoints} checkpoints agree.")
