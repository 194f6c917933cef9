import os
import subprocess
import sys

from tests.running import ROOT

# What most pages never need, and 60 MB of memory a process together.
_HEAVY = {"PIL", "alembic", "boto3", "httpx", "numpy", "rq", "segno", "sendgrid", "stripe", "typst"}


def test_loading_the_shop_leaves_out_what_only_some_requests_need(shop_settings):
    code = "import sys, wsgi; print(*sys.modules)"

    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **shop_settings},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "flask" in ran.stdout.split()
    assert not _HEAVY & set(ran.stdout.split())
