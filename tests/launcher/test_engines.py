"""The engines under the tests: each test finds them empty, and each worker has its own."""

import boto3
import psycopg
import pymongo
import pytest
import redis

from tests.engines import Stores


def _s3(settings):
    return boto3.client(
        "s3",
        endpoint_url=settings["SHOP_S3_URL"],
        region_name=settings["SHOP_S3_REGION"],
        aws_access_key_id=settings["SHOP_S3_ACCESS_KEY"],
        aws_secret_access_key=settings["SHOP_S3_SECRET_KEY"],
    )


@pytest.mark.parametrize("rows", [1, 40_000], ids=["a row", "more than is deleted row by row"])
def test_empty_removes_what_a_test_left_in_every_store(stores: Stores, rows: int):
    settings = stores.settings()
    bucket = settings["SHOP_S3_BUCKET"]
    catalog = pymongo.MongoClient(settings["SHOP_CATALOG_URL"])
    s3 = _s3(settings)
    with psycopg.connect(settings["SHOP_ORDERS_URL"], autocommit=True) as orders:
        orders.execute("CREATE TABLE left_over (id int)")
        orders.execute("INSERT INTO left_over SELECT generate_series(1, %s)", [rows])
    catalog.get_default_database()["left_over"].insert_one({"a": 1})
    redis.Redis.from_url(settings["SHOP_REDIS_URL"]).set("left_over", 1)
    if bucket not in {row["Name"] for row in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": settings["SHOP_S3_REGION"]})
    s3.put_object(Bucket=bucket, Key="left/over.txt", Body=b"x")

    stores.empty()

    with psycopg.connect(settings["SHOP_ORDERS_URL"], autocommit=True) as orders:
        assert orders.execute("SELECT count(*) FROM left_over").fetchone() == (0,)
        orders.execute("DROP TABLE left_over")
    assert catalog.get_default_database()["left_over"].count_documents({}) == 0
    assert redis.Redis.from_url(settings["SHOP_REDIS_URL"]).dbsize() == 0
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    catalog.close()


def test_web_role_reads_and_writes_but_does_not_change_tables(stores: Stores):
    with psycopg.connect(stores.settings()["SHOP_ORDERS_URL"], autocommit=True) as owner:
        owner.execute("CREATE TABLE granted (id int)")
    try:
        with psycopg.connect(stores.settings("web")["SHOP_ORDERS_URL"], autocommit=True) as web:
            web.execute("INSERT INTO granted VALUES (1)")
            refusal = None
            try:
                web.execute("DROP TABLE granted")
            except psycopg.errors.InsufficientPrivilege as error:
                refusal = error
        assert refusal is not None
    finally:
        with psycopg.connect(stores.settings()["SHOP_ORDERS_URL"], autocommit=True) as owner:
            owner.execute("DROP TABLE granted")
