"""`flask shop staff …`: who may open the back office."""

from pathlib import Path

import click

from app.services import accounts

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("staff")
def staff() -> None:
    """Add members of staff, give them a new start or another role, end their access."""


@staff.command("add")
@click.argument("email")
@click.option("--name", required=True, help="What colleagues call them.")
@click.option("--role", type=click.Choice(list(accounts.ROLES)), required=True)
@click.option("--password-file", type=_FILE, help="Its first line is the password.")
@click.option("--enrols", is_flag=True, help="They set up their authenticator themselves at the first sign-in.")
def add(email: str, name: str, role: str, password_file: Path | None, *, enrols: bool) -> None:
    """Add a member of staff and print what they need to sign in; it is not shown again."""
    password = _first_line(password_file) if password_file else None
    added = accounts.add(email, name, role, password=password, enrols=enrols)
    _tell(added, has_own_password=password is not None)


def _first_line(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} cannot be read. Save it as UTF-8.") from error
    if not lines or not lines[0].strip():
        raise click.ClickException(f"{file} has no password. Write it on the first line.")
    return lines[0]


@staff.command("reset")
@click.argument("email")
def reset(email: str) -> None:
    """Give a new password, have the authenticator set up anew, end all sign-ins, release the brake on guessing.

    Brings back somebody whose access was ended.
    """
    _tell(accounts.reset(email))


@staff.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice(list(accounts.ROLES)))
def change_role(email: str, role: str) -> None:
    """Let a member do more or less, from their next click on."""
    member = accounts.change_role(email, role)
    click.echo(f"{member.name} is {member.role} now.")


@staff.command("end")
@click.argument("email")
def end(email: str) -> None:
    """End a member's access at once. Their name stays on what they did."""
    accounts.end(email)
    click.echo("They can no longer sign in, and are signed out everywhere.")


@staff.command("code")
@click.argument("email")
def code(email: str) -> None:
    """Print the code that a member's authenticator shows now. Not in production."""
    click.echo(accounts.current_code(email))


@staff.command("demo")
def demo() -> None:
    """Add the demo's member of staff, or give them a new password, and say how to sign in. Not in production."""
    added = accounts.add_demo()
    click.echo(f"Sign in as {added.staff.email} with the password {added.password}; the page shows the demo's code.")


def _tell(added: accounts.Added, *, has_own_password: bool = False) -> None:
    import segno  # noqa: PLC0415 - for this command, not for pages

    click.echo(f"{added.staff.name} ({added.staff.role}) signs in at /admin/ as {added.staff.email}.")
    if not has_own_password:
        click.echo(f"Password: {added.password}")
    if added.secret is None:
        click.echo("The authenticator is set up at the next sign-in.")
        return
    click.echo(f"Authenticator: {added.secret.uri}")
    segno.make(added.secret.uri, error="l").terminal(compact=True)
    click.echo("Recovery codes, each works once: " + " ".join(added.recovery_codes))
