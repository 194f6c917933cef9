"""What the process was started with: addresses and the secrets both sides must know."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Options of `python -m standins`; the defaults are what a development shop expects."""

    port: int
    state: Path
    shop: str = "http://127.0.0.1:8000"
    stripe_secret_key: str = "sk_test_standin"
    stripe_publishable_key: str = "pk_test_standin"
    stripe_webhook_secret: str = "whsec_standin"
    stripe_webhook: str = "/webhooks/stripe"
    ups_client_id: str = "standin"
    ups_client_secret: str = "standin"
    ups_account: str = "A1B2C3"
    ups_webhook: str = "/webhooks/ups"
    ups_webhook_secret: str = "ups_standin"
    sendgrid_api_key: str = "SG.standin"
    sendgrid_webhook: str = "/webhooks/sendgrid"


_current: Settings | None = None


def use(settings: Settings) -> None:
    """Make these the settings of this process; called once, at start."""
    global _current
    _current = settings


def current() -> Settings:
    """Give the settings of this process."""
    if _current is None:
        raise RuntimeError("the stand-ins were not started")
    return _current
