"""An S3 server for tests, and buckets on it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from media.storage.bucket import BucketPlace

ACCESS, SECRET = "AKDAKENH", "a-secret-key-of-the-bucket"


class Buckets:
    """Buckets of a running server at ``address``."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._numbers = count(1)
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id=ACCESS,
            aws_secret_access_key=SECRET,
        )

    def new(self) -> BucketPlace:
        """A new, empty bucket."""
        name = f"kho-{next(self._numbers)}"
        self._client.create_bucket(Bucket=name)
        return BucketPlace(name, "dakenh/media", self.address, "us-east-1", ACCESS, SECRET)

    def overwrite(self, place: BucketPlace, sha256: str, data: bytes) -> None:
        """Put other bytes where a file is."""
        key = f"{place.prefix}/{sha256[:2]}/{sha256[2:4]}/{sha256}"
        self._client.put_object(Bucket=place.bucket, Key=key, Body=data)

    def remove(self, place: BucketPlace, sha256: str) -> None:
        """Take a file away."""
        self._client.delete_object(Bucket=place.bucket, Key=f"{place.prefix}/{sha256[:2]}/{sha256[2:4]}/{sha256}")


@contextmanager
def serving() -> Iterator[Buckets]:
    """The server, for as long as the block runs."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield Buckets(f"http://{host}:{port}")
    finally:
        server.stop()
