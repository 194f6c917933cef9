"""The clients of MongoDB, Redis and S3, built once per app from its settings. No other file builds one."""

from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import current_app
from pymongo import MongoClient
from pymongo.database import Database as MongoDatabase
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.config import Config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Stores:
    """The clients of one app. Each is built when it is first asked for, and connects when it is first used."""

    def __init__(self, config: Config) -> None:
        self._config = config

    @cached_property
    def catalog(self) -> MongoDatabase[dict[str, Any]]:
        """The catalogue's database."""
        client: MongoClient[dict[str, Any]] = MongoClient(
            self._config.catalog_url,
            tz_aware=True,
            serverSelectionTimeoutMS=2000,
            connectTimeoutMS=2000,
            socketTimeoutMS=10000,
        )
        return client[urlsplit(self._config.catalog_url).path.strip("/")]

    @cached_property
    def redis(self) -> "Redis":
        """Sessions, queues and limits: nothing that may not be lost."""
        return _redis(self._config.redis_url)

    @cached_property
    def cache(self) -> "Redis":
        """Pages and documents that can be made again."""
        return _redis(self._config.cache_url)

    @cached_property
    def s3(self) -> "S3Client":
        """Pictures, documents and labels."""
        import boto3  # noqa: PLC0415 - 30 MB and 200 ms that most requests never need
        from botocore.config import Config as BotoConfig  # noqa: PLC0415 - as above

        client: S3Client = boto3.client(
            "s3",
            endpoint_url=self._config.s3_url,
            region_name=self._config.s3_region,
            aws_access_key_id=self._config.s3_access_key,
            aws_secret_access_key=self._config.s3_secret_key,
            config=BotoConfig(
                connect_timeout=2, read_timeout=10, retries={"max_attempts": 2}, s3={"addressing_style": "path"}
            ),
        )
        return client

    def close(self) -> None:
        """Close every client that was built."""
        built = vars(self)
        if "catalog" in built:
            self.catalog.client.close()
        for name in ("redis", "cache", "s3"):
            if name in built:
                built[name].close()


def catalog() -> MongoDatabase[dict[str, Any]]:
    """Return the catalogue's MongoDB database."""
    return _stores().catalog


def redis() -> "Redis":
    """Return the Redis of sessions, queues and limits."""
    return _stores().redis


def cache() -> "Redis":
    """Return the Redis of caches."""
    return _stores().cache


def s3() -> "S3Client":
    """Return the S3 client."""
    return _stores().s3


def bucket() -> str:
    """Return the name of the shop's bucket."""
    config: Config = current_app.extensions["config"]
    return config.s3_bucket


def _stores() -> Stores:
    stores: Stores = current_app.extensions["stores"]
    return stores


def _redis(url: str) -> Redis:
    # Redis may be lost at any moment: a request waits for it briefly and goes on without.
    return Redis.from_url(url, socket_timeout=2, socket_connect_timeout=0.5, retry=Retry(NoBackoff(), 1))
