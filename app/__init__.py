"""Stoa: a shop that a small team can run itself."""

from pathlib import Path

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.middleware.proxy_fix import ProxyFix

from app import assets, blueprints, cli, compiled, db, logs, tasks
from app.config import Config
from app.stores import Stores

MAX_FORM_BYTES = 1_000_000


def create_app(config: Config, *, role: str = "web") -> Flask:
    """Open the stores, register the rooms, return the app. `role` is web, worker, scheduler or cli."""
    if role != "cli":
        logs.set_up(config.log_level)
    app = Flask(__name__, static_folder=None)
    app.secret_key = config.secret_key
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = MAX_FORM_BYTES
    app.config["TEMPLATES_AUTO_RELOAD"] = config.env == "development"
    app.jinja_environment = compiled.Environment
    _lay_theme(app, config.theme_dir)
    app.jinja_env.bytecode_cache = compiled.Templates()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["config"] = config
    app.extensions["stores"] = Stores(config)
    app.extensions["jobs"] = tasks.JOBS
    # A job is handed over within 100 ms or left to the relay, so a slow Redis never slows a shopper.
    app.extensions["push"] = Redis.from_url(
        config.redis_url, socket_timeout=0.1, socket_connect_timeout=0.1, retry=Retry(NoBackoff(), 0)
    )
    db.customers.open(config.customers_url)
    db.orders.open(config.orders_url)
    if config.is_production:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    cli.register(app)
    if role in {"web", "worker"}:  # the worker renders mails, whose links need the routes
        assets.register(app)
        blueprints.register(app)
    return app


def _lay_theme(app: Flask, folder: str) -> None:
    """Have an owner's templates found before the shop's own, which stay reachable as `stoa/…` (docs/theming.md)."""
    own = app.jinja_loader
    if folder and own:
        theme = FileSystemLoader(Path(folder) / "templates")
        app.jinja_loader = ChoiceLoader([theme, own, PrefixLoader({"stoa": own})])


ROOT = Path(__file__).resolve().parent.parent
