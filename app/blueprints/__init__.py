"""The table of contents of the site: one line a room."""

from flask import Flask

from app.blueprints import _access, _fragments, _front, _limits, _pages, _security


def register(app: Flask) -> None:
    """Register every room, and what all of them share."""
    from app.blueprints.admin import views as admin
    from app.blueprints.cart import views as cart
    from app.blueprints.catalog import views as catalog
    from app.blueprints.checkout import pay
    from app.blueprints.checkout import views as checkout
    from app.blueprints.content import views as content
    from app.blueprints.feeds import views as feeds
    from app.blueprints.health import views as health
    from app.blueprints.orders import cancellation, look_up, paying, returns  # noqa: F401 - these hang on orders.views
    from app.blueprints.orders import views as orders
    from app.blueprints.webhooks import sendgrid, ups  # noqa: F401 - their routes hang on webhooks.views
    from app.blueprints.webhooks import views as webhooks

    _security.register(app)
    _access.register(app)
    _pages.register(app)
    _fragments.register(app)
    _limits.register(app)
    _front.register(app)
    for room in (catalog, cart, checkout, pay, orders, content, feeds, admin, webhooks, health):
        app.register_blueprint(room.bp)
    if app.extensions["config"].env == "development":
        from app.blueprints.dev import views as dev

        app.register_blueprint(dev.bp)
