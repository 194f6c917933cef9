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


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--images",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder with the pictures that the file names.",
)
@click.option("--dry-run", is_flag=True, help="Say what would come of it, and change nothing.")
@click.option(
    "--set-stock", is_flag=True, help="Replace the stock that is there by the file's; else only new things get it."
)
def import_file(file: Path, folder: Path | None, *, dry_run: bool, set_stock: bool) -> None:
    """Import a product CSV of Shopify or Vendure, in the background. Pictures: --images, else their addresses."""
    if not dry_run:
        run = catalog.start_import(file, folder=folder, sets_stock=set_stock)
        click.echo(
            f"The import goes on in the background; `flask shop imports {run}` says how far it is, --end ends it."
        )
        return
    rehearsal = catalog.rehearse(file)
    for problem in rehearsal.problems:
        click.echo(f"Row {problem.row}, {problem.handle or 'no handle'}: {problem.problem}")
    click.echo(f"{rehearsal.products} products with {rehearsal.variants} variants would be imported.")


@click.command()
@click.argument("run", required=False)
@click.option("--problems", type=click.Path(path_type=Path), help="Write what was wrong in the file to this CSV.")
@click.option("--end", is_flag=True, help="End it: what came in stays, the rest is not taken.")
def imports(run: str | None, problems: Path | None, *, end: bool) -> None:
    """Say how far imports are: the newest, or one."""
    if (problems or end) and not run:
        asked = f"--problems {problems}" if problems else "--end"
        raise click.UsageError(f"Name the import too: `flask shop imports RUN {asked}`.")
    if run and end:
        catalog.end_import(run)
        click.echo("It ends within a minute: what came in stays, the rest is not taken.")
    for each in [catalog.get_import(run)] if run else catalog.list_imports():
        share = 100 * each.position // each.size if each.size else 100
        is_whole = each.position >= each.size
        state = f"{share}%" if not each.finished_at else "finished" if is_whole else f"ended at {share}%"
        counts = f"{each.changed} changed, {each.unchanged} as they were, {each.failed} left out"
        click.echo(f"{each.id}  {each.file_name}  {state}: {counts}")
        if not problems and (count := catalog.count_problems(each.id)):
            click.echo(
                f"  {count} things to look at; `flask shop imports {each.id} --problems FILE.csv` writes them down."
            )
    if run and problems:
        try:
            problems.write_text(catalog.problems_of(run), encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"{problems} cannot be written: {error.strerror}.") from error
        click.echo(f"What was wrong is in {problems}.")


def _say(what: str, done: int, total: int) -> None:
    click.echo(f"{what}: {done} of {total}")


COMMANDS = (seed, import_file, imports, reindex, pictures)
