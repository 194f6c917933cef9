import os
import subprocess
import sys
from urllib.request import urlopen

import psutil

from tests.running import ROOT, wait_until

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


def test_processes_end_with_the_one_that_watches_them(shop_settings):
    port = shop_settings["SHOP_ORIGIN"].rsplit(":", 1)[1]
    options = ["--port", port, "--workers", "1", "--blocking-threads", "1", "--no-ws"]
    watching = subprocess.Popen(
        [sys.executable, "-m", "app.serve", *options], cwd=ROOT, env={**os.environ, **shop_settings}
    )
    served: list[psutil.Process] = []
    try:
        wait_until(lambda: _answers(shop_settings["SHOP_ORIGIN"]), what="the shop answering")
        served = psutil.Process(watching.pid).children()
        watching.kill()

        assert psutil.wait_procs(served, timeout=60)[1] == []
    finally:
        watching.kill()
        watching.wait()
        for each in served:
            if each.is_running():
                each.kill()


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/health/live", timeout=1):
            return True
    except OSError:
        return False
