"""The stand-ins as a process of their own, and its desk: levers to pull, and the books to compare with the shop's."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from tests.running import free_port

ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 15


class Companies:
    """One running process. `kill` and `start` again keep its state; `address` is http://localhost:PORT."""

    def __init__(self, shop: str, port: int = 0, state: Path | None = None) -> None:
        """Start it for a shop that listens at `shop` for webhooks, on a free port unless one is named."""
        self._folder = None if state else tempfile.TemporaryDirectory(prefix="stoa-standins-")
        self.state = state or Path(self._folder.name if self._folder else "")
        self.port, self.shop = port or free_port(), shop
        self.address = f"http://localhost:{self.port}"
        self.start()

    def start(self) -> None:
        """Start the process and wait until it answers."""
        command = [sys.executable, "-m", "standins", "--port", str(self.port), "--shop", self.shop]
        self.process = subprocess.Popen([*command, "--state", str(self.state)], cwd=ROOT, stdout=subprocess.DEVNULL)
        give_up = time.monotonic() + _START_SECONDS
        while True:
            try:
                with urlopen(f"{self.address}/health", timeout=1):
                    return
            except (URLError, ConnectionError, TimeoutError):
                if self.process.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError("the stand-ins did not start") from None
                time.sleep(0.02)

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End the process and remove its folder."""
        self.kill()
        if self._folder:
            self._folder.cleanup()

    def pull(self, lever: str, **given: Any) -> dict[str, Any]:
        """Pull a lever of the desk; `standins/desk/levers.py` lists them."""
        body = json.dumps({"lever": lever, **given}).encode()
        request = Request(f"{self.address}/levers", body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=60) as answer:
            pulled: dict[str, Any] = json.load(answer)
        return pulled

    def reset(self) -> None:
        """Forget everything and take every lever back."""
        self.pull("reset", all=True)

    def ledger(self) -> dict[str, Any]:
        """Give the books of every company."""
        return self._get("/ledger.json")

    def exchanges(self) -> list[dict[str, Any]]:
        """Give the calls since the lever `record` was pulled."""
        return self._get("/exchanges.json")

    def webhook_key(self) -> str:
        """Give the public key that SendGrid's events are signed for."""
        with urlopen(f"{self.address}/sendgrid/standin/webhook-key", timeout=60) as answer:
            key: str = answer.read().decode()
        return key

    def _get(self, path: str) -> Any:
        with urlopen(self.address + path, timeout=60) as answer:
            return json.load(answer)
