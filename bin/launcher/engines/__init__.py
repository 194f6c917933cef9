"""The four engines of the shop, from wheels, on loopback; started together, each told apart by its own folder."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from launcher.engines.engine import Engine
from launcher.engines.mongo import Mongo
from launcher.engines.postgres import ROLES, Postgres
from launcher.engines.s3 import REGION, S3
from launcher.engines.valkey import FORGETTING, KEEPING, Valkey
from launcher.processes import Processes

NAMES = ("postgres", "valkey", "cache", "mongo", "s3")


@dataclass(frozen=True)
class Engines:
    """The engines of one data folder."""

    postgres: Postgres
    valkey: Valkey
    cache: Valkey
    mongo: Mongo
    s3: S3

    @classmethod
    def of(cls, folder: Path, ports: dict[str, int], secrets: dict[str, str], *, is_durable: bool = True) -> "Engines":
        """Describe the engines of a data folder; nothing starts yet."""
        passwords = {role: secrets[f"postgres_{role}"] for role in ("postgres", *ROLES)}
        return cls(
            Postgres(folder=folder / "postgres", port=ports["postgres"], passwords=passwords, is_durable=is_durable),
            Valkey(folder=folder / "valkey", port=ports["valkey"], name="valkey", settings=KEEPING),
            Valkey(folder=folder / "cache", port=ports["cache"], name="cache", settings=FORGETTING),
            Mongo(folder=folder / "mongo", port=ports["mongo"]),
            S3(
                folder=folder / "s3",
                port=ports["s3"],
                access_key=secrets["s3_access_key"],
                secret_key=secrets["s3_secret_key"],
            ),
        )

    def all(self) -> tuple[Engine, ...]:
        """Return them in the order in which they start."""
        return (self.postgres, self.valkey, self.cache, self.mongo, self.s3)

    def start(self, processes: Processes) -> None:
        """Start all at once and return when every one answers; if one does not, the others give up too."""
        with ThreadPoolExecutor(len(NAMES)) as pool:
            try:
                for started in [pool.submit(engine.start, processes) for engine in self.all()]:
                    started.result()
            except BaseException:
                processes.is_closed = True
                raise

    def settings(self, role: str = "owner", *, suffix: str = "", number: int = 0) -> dict[str, str]:
        """Return the app's settings that lead to them. `suffix` and `number` set one test worker apart from another."""
        return {
            "SHOP_CUSTOMERS_URL": self.postgres.url(f"customers{suffix}", role),
            "SHOP_ORDERS_URL": self.postgres.url(f"orders{suffix}", role),
            "SHOP_CATALOG_URL": self.mongo.url(f"catalog{suffix}"),
            "SHOP_REDIS_URL": self.valkey.url(number),
            "SHOP_CACHE_URL": self.cache.url(number),
            "SHOP_S3_URL": self.s3.url(),
            "SHOP_S3_BUCKET": f"shop{suffix.replace('_', '-')}",
            "SHOP_S3_REGION": REGION,
            "SHOP_S3_ACCESS_KEY": self.s3.access_key,
            "SHOP_S3_SECRET_KEY": self.s3.secret_key,
        }
