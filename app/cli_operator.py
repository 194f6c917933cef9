"""`flask shop check`, `fsck` and `audit verify`: whether the shop is well, its books agree, and its audit is whole."""

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


@click.command()
@click.option("--mend", "mends", is_flag=True, help="Set right what can be set right safely.")
@click.option("--only", default="", help="Ask only the checks whose name begins so, such as stock.")
def fsck(*, mends: bool, only: str) -> None:
    """Compare the shop's books with each other and name what does not agree; 1 when something does not.

    Safe on a shop that sells: it reads in pages, each from one moment. What is mended is asked of the jobs that do it
    every day, so it may take a minute; ask again then.
    """
    names = [each.name for each in health.CHECKS]
    if not any(name.startswith(only) for name in names):
        raise click.ClickException(f"No check's name begins with “{only}”. There are: {', '.join(names)}.")
    open_ones = broken_off = 0
    for each in health.examine(mends=mends, only=only):
        click.echo(f"{'ok ' if each.is_well else 'BAD'}  {each.check.name:<20} {each.check.claim}")
        if each.broken_off:
            click.echo(f"     {'':<20} {each.broken_off}")
        for fault in each.faults:
            click.echo(f"     {'':<20} {fault.subject}: {fault.says}")
        if each.count > len(each.faults):
            click.echo(f"     {'':<20} and {each.count - len(each.faults)} more")
        if each.mended:
            click.echo(f"     {'':<20} -> {each.mended} are being mended: {each.check.because}")
        elif each.count and each.check.mend:
            click.echo(f"     {'':<20} -> `flask shop fsck --mend --only {each.check.name}` mends them")
        open_ones += each.count
        broken_off += bool(each.broken_off)
    if open_ones or broken_off:
        raise click.ClickException(_sum_of(open_ones, broken_off))
    click.echo("The books agree.")


def _sum_of(open_ones: int, broken_off: int) -> str:
    parts = []
    if open_ones:
        parts.append("1 thing does not agree" if open_ones == 1 else f"{open_ones} things do not agree")
    if broken_off:
        parts.append(f"{broken_off} {'check' if broken_off == 1 else 'checks'} could not be made to the end")
    return f"{', and '.join(parts)}."


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
