"""The app's settings on a laptop and in tests: everything but the stores, which the engines know."""

from urllib.request import urlopen

_STANDIN = {
    # The stand-ins' own defaults, so that neither side needs to be told.
    "SHOP_STRIPE_SECRET_KEY": "sk_test_standin",
    "SHOP_STRIPE_PUBLISHABLE_KEY": "pk_test_standin",
    "SHOP_STRIPE_WEBHOOK_SECRET": "whsec_standin",
    "SHOP_UPS_CLIENT_ID": "standin",
    "SHOP_UPS_CLIENT_SECRET": "standin",
    "SHOP_UPS_ACCOUNT": "A1B2C3",
    "SHOP_UPS_WEBHOOK_SECRET": "ups_standin",
    "SHOP_SENDGRID_API_KEY": "SG.standin",
    "SHOP_BANK_IBAN": "DE89370400440532013000",
    "SHOP_BANK_BIC": "COBADEFFXXX",
    "SHOP_LEGAL_NAME": "Stoa Prints GmbH",
    "SHOP_VAT_ID": "DE811234567",
    "SHOP_REGISTER": "AG Berlin HRB 12345",
}


def shop(*, env: str, origin: str, secret_key: str) -> dict[str, str]:
    """Return who the shop is."""
    return {
        "SHOP_ENV": env,
        "SHOP_ORIGIN": origin,
        "SHOP_SECRET_KEY": secret_key,
        "SHOP_MAIL_FROM": "shop@stoa.example",
    }


def standins(address: str) -> dict[str, str]:
    """Return the settings that lead to the stand-ins at `address` (http://localhost:port), which must be answering."""
    with urlopen(f"{address}/sendgrid/standin/webhook-key", timeout=10) as answer:
        webhook_key = answer.read().decode().strip()
    return _STANDIN | {
        "SHOP_STRIPE_API_URL": f"{address}/stripe",
        "SHOP_STRIPE_JS_URL": f"{address}/stripe/js/v3/",
        "SHOP_UPS_API_URL": f"{address}/ups",
        "SHOP_SENDGRID_API_URL": f"{address}/sendgrid",
        "SHOP_SENDGRID_WEBHOOK_KEY": webhook_key,
    }


def nobody() -> dict[str, str]:
    """Return settings that lead to no company at all: each call fails at once, as when a company is down."""
    nowhere = "http://localhost:9"
    return _STANDIN | {
        "SHOP_STRIPE_API_URL": f"{nowhere}/stripe",
        "SHOP_STRIPE_JS_URL": f"{nowhere}/stripe/js/v3/",
        "SHOP_UPS_API_URL": f"{nowhere}/ups",
        "SHOP_SENDGRID_API_URL": f"{nowhere}/sendgrid",
        "SHOP_SENDGRID_WEBHOOK_KEY": "nobody",
    }
