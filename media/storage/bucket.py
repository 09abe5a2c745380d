"""The store in a bucket that speaks the S3 API, with a folder in front of it that keeps what was read last.

Content never changes under its name, so what the folder holds needs no asking: a picture of a poll costs a call once on
each machine. Everything that comes from the bucket is held against its hash before anybody is given it.
"""

import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from media.errors import Damaged, NotStored, StoreAway
from media.storage.store import Store, StoredFile, is_name
from media.underlock import slow

log = logging.getLogger(__name__)

CONNECT_S, ANSWER_S, TRIES_S = 2, 10, 12
"""Seconds until a connection stands, until a call is answered, and for a call with all its tries."""
TRIES_AGAIN = 2
REST_S = 5.0
"""Seconds for which nobody calls a bucket that has just not answered: what needs it is refused at once."""
MOST_CALLS, WAIT_S = 4, 2.0
"""Calls at a time from one process, and seconds to wait for one's turn: half of the server's threads stay free."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BucketPlace:
    """Where a bucket is and how it is opened. ``prefix`` has no slash at either end; ``endpoint`` "" is Amazon's."""

    bucket: str
    prefix: str
    endpoint: str = ""
    region: str = "us-east-1"
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    path_style: bool = True


class BucketStore(Store):
    """Files at ``prefix/ab/cd/abcd…`` of a bucket; ``folder`` keeps up to ``most`` bytes of them on this machine."""

    def __init__(self, place: BucketPlace, folder: Path, most: int) -> None:
        super().__init__(folder)
        self.place, self.most = place, most
        self._calls = threading.BoundedSemaphore(MOST_CALLS)
        self._opening = threading.Lock()
        self._bucket: Any = None
        self._rests_until = 0.0
        self._added = most  # so that the first file has the folder looked through

    @slow
    def put(self, data: bytes) -> StoredFile:
        """Keep ``data`` in the bucket and return its name; raise ``StoreAway``. May be done again at any time: equal
        bytes go to the same place, and a file that is there at its full size is not sent again.
        """
        import obstore

        stored = StoredFile(hashlib.sha256(data).hexdigest(), len(data))
        if self._size(stored.sha256) != stored.size:
            key = _key(stored.sha256)
            self._call(lambda bucket: obstore.put(bucket, key, data, use_multipart=False))
        self._keep(stored.sha256, data)
        return stored

    @slow
    def read(self, sha256: str, *, verify: bool = False) -> bytes:
        """Return the bytes; raise ``NotStored``, ``StoreAway``, or ``Damaged`` if the bucket holds other bytes.

        With ``verify`` the bucket is asked, whatever this machine's folder holds.
        """
        if not verify and (kept := self._kept(sha256)) is not None:
            return kept
        import obstore

        key = _key(sha256)
        data = self._call(lambda bucket: bytes(obstore.get(bucket, key).bytes()), sha256)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Damaged(sha256=sha256)
        if not verify:
            self._keep(sha256, data)
        return data

    @slow
    def path(self, sha256: str) -> Path:
        """Return where the file lies on this machine, fetched if need be. Raises as ``read``."""
        data = self.read(sha256)
        if not self.at_hand(sha256):  # too large to be kept for long, or the folder could not be written a moment ago
            self._write(self._place(sha256), data, durable=False)
        return super().path(sha256)

    @slow
    def __iter__(self) -> Iterator[str]:
        import obstore

        pages = iter(self._call(lambda bucket: obstore.list(bucket)))
        while (page := self._call(lambda _bucket: next(pages, None))) is not None:
            names = (str(found["path"]).rpartition("/")[2] for found in page)
            yield from (name for name in names if is_name(name))

    @slow
    def __contains__(self, sha256: object) -> bool:
        if not isinstance(sha256, str) or not is_name(sha256):
            return False
        return super().__contains__(sha256) or self._size(sha256) is not None

    def _size(self, sha256: str) -> int | None:
        """Bytes of the file in the bucket, None if it is not there."""
        import obstore

        key = _key(sha256)
        try:
            return int(self._call(lambda bucket: obstore.head(bucket, key)["size"], sha256))
        except NotStored:
            return None

    def _call(self, does: Callable[[Any], T], sha256: str = "") -> T:
        """Make one call; raise ``NotStored`` for a file that is not there and ``StoreAway`` for any other failure."""
        if time.monotonic() < self._rests_until or not self._calls.acquire(timeout=WAIT_S):
            raise StoreAway
        try:
            return does(self._opened())
        except FileNotFoundError as error:
            if sha256 and "NoSuchBucket" not in str(error):
                raise NotStored(sha256=sha256) from None
            raise self._away(error) from None
        except Exception as error:
            raise self._away(error) from None
        finally:
            self._calls.release()

    def _away(self, error: Exception) -> StoreAway:
        self._rests_until = time.monotonic() + REST_S
        said = f"{type(error).__name__}: {str(error).partition('Debug source')[0].strip()}"
        for secret in (self.place.secret_key, self.place.access_key):
            said = said.replace(secret, "•••") if secret else said
        log.error("the store s3://%s/%s does not work: %s", self.place.bucket, self.place.prefix, said[:500])
        return StoreAway()

    def _opened(self) -> Any:
        """The client, made with the first call: whoever keeps files in a folder never loads it."""
        with self._opening:
            if self._bucket is None:
                self._bucket = _client(self.place)
            return self._bucket

    def _kept(self, sha256: str) -> bytes | None:
        """What the folder holds, if it is what its name says."""
        try:
            data = super().read(sha256, verify=True)
        except Damaged:
            with suppress(OSError):
                self._place(sha256).unlink()
            return None
        except (NotStored, OSError):
            if not is_name(sha256):
                raise
            return None
        with suppress(OSError):
            os.utime(self._place(sha256))
        return data

    def _keep(self, sha256: str, data: bytes) -> None:
        """Put a copy into the folder; a full disk costs speed and nothing else."""
        if len(data) > self.most:
            return
        with suppress(OSError):
            if not self._place(sha256).is_file():
                self._write(self._place(sha256), data, durable=False)
                self._added += len(data)
            if self._added > self.most // 10:
                self._added = 0
                _thin_out(self.root, self.most - self.most // 10)


def _key(sha256: str) -> str:
    if not is_name(sha256):
        raise NotStored(sha256=sha256)
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _client(place: BucketPlace) -> Any:
    from obstore.store import S3Store

    config: dict[str, Any] = {
        "region": place.region,
        "access_key_id": place.access_key,
        "secret_access_key": place.secret_key,
        "virtual_hosted_style_request": not place.path_style,
        "checksum_algorithm": "sha256",
    }
    config |= {"endpoint": place.endpoint} if place.endpoint else {}
    return S3Store(
        place.bucket,
        prefix=place.prefix or None,
        config=config,  # type: ignore[arg-type]  # built step by step
        client_options={
            "allow_http": place.endpoint.startswith("http://"),
            "connect_timeout": f"{CONNECT_S}s",
            "timeout": f"{ANSWER_S}s",
        },
        retry_config={"max_retries": TRIES_AGAIN, "retry_timeout": timedelta(seconds=TRIES_S)},
    )


def _thin_out(folder: Path, most: int) -> None:
    """Remove what was read longest ago until ``most`` bytes are left; another process may be doing the same."""
    found = []
    for path in folder.glob("??/??/*"):
        with suppress(OSError):
            facts = path.stat()
            found.append((facts.st_mtime_ns, facts.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= most:
            return
        path.unlink(missing_ok=True)
        total -= size
