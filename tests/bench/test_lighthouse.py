"""`bench/lighthouse` refuses before it fetches, asks or waits for anything."""

import shutil
import sys

from bench import lighthouse


def test_lighthouse_refuses_at_once_where_there_is_no_chromium(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bench/lighthouse", "--shop", "http://127.0.0.1:1"])
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(lighthouse, "_install", list)
    monkeypatch.delenv("CHROME_PATH", raising=False)

    status = lighthouse.main()

    assert status == 1
    assert "finds none. Install one, or name its program in CHROME_PATH." in capsys.readouterr().err
