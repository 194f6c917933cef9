"""`flask shop seed`, `reindex`, `pictures`: the catalogue's commands."""

from pathlib import Path

import click

from app import config
from app.services import catalog, search


@click.command()
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), default=Path("var/demo"), help="Where its pictures go."
)
def seed(folder: Path) -> None:
    """Draw and load the demo shop. Run again, it goes on where it was stopped."""
    if config.current().is_production:
        raise click.ClickException("The demo shop is not for production. `flask shop import` loads your own products.")
    from app.demo import draw_all, load  # noqa: PLC0415 - a development requirement

    draw_all(folder, lambda done, total, _: _say("Drawing the pictures", done, total))
    load.load(folder, _say)
    click.echo("The demo shop is open. WebP and AVIF pictures follow in the background.")


@click.command()
def reindex() -> None:
    """Write every search document anew from the catalogue."""
    click.echo(f"{search.reindex()} products and collections are indexed.")


@click.command()
def pictures() -> None:
    """Say how far the background has come with WebP and AVIF pictures."""
    progress = catalog.picture_progress()
    click.echo(f"{progress.finished} of {progress.total} products have their pictures in every format.")


def _say(what: str, done: int, total: int) -> None:
    click.echo(f"{what}: {done} of {total}")
