"""ministack, which plays Amazon S3: it enforces presigned addresses and keeps its objects on disk."""

import os
import subprocess
import sys
from dataclasses import dataclass
from urllib.error import URLError
from urllib.request import Request, urlopen

from launcher.engines.engine import Engine
from launcher.processes import Processes

REGION = "eu-central-1"


@dataclass(kw_only=True)
class S3(Engine):
    """The object store, with one pair of keys."""

    access_key: str
    secret_key: str
    name: str = "s3"
    title: str = "ministack"

    def url(self) -> str:
        """Return the address of the store."""
        return f"http://127.0.0.1:{self.port}"

    def launch(self, processes: Processes) -> "subprocess.Popen[bytes]":
        """Start the store, with everything of it that is not S3 switched off."""
        temporary = self.folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        settings = {
            "SERVICES": "s3",
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.folder / "objects"),
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.folder / "state"),
            "TMPDIR": str(temporary),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
            # It would otherwise look for containers of its own to remove in the developer's Docker.
            "DOCKER_HOST": f"unix://{temporary}/no-docker.sock",
        }
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "LOCALSTACK_"))}
        return processes.start(
            self.name, [sys.executable, "-m", "ministack"], env=inherited | settings, cwd=self.folder, is_store=True
        )

    def is_ready(self) -> bool:
        """Whether the store lists its buckets."""
        credential = f"{self.access_key}/20260101/{REGION}/s3/aws4_request"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"}
        try:
            with urlopen(Request(self.url(), headers=headers), timeout=5) as answer:
                return b"ListAllMyBucketsResult" in answer.read()
        except (URLError, OSError):
            return False
