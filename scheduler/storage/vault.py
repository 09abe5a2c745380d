"""A channel's secrets: encrypted at rest, and renewed by one worker at a time."""

import base64
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Engine, or_, select, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from channels.contract import ChannelError, ErrorKind
from channels.words import N_, Words
from scheduler.clock import utc_now
from scheduler.storage.database import writing
from scheduler.storage.dialect import upsert
from scheduler.storage.rows import SECRET

log = logging.getLogger(__name__)

LOCK = timedelta(seconds=60)
"""How long a renewal may take before others take over its lock."""

PATIENCE = 20.0
"""How long a worker waits for another's renewal, in seconds."""

PAUSE = 0.05

UNTIL_STORED = 600.0
"""Renewed secrets are held so long, in seconds, until the database takes them."""

PAUSE_STORING = 0.5

BEING_RENEWED = Words(N_("Mã truy cập của kênh đang được gia hạn; hệ thống sẽ tự thử lại."))
UNREADABLE = Words(
    N_("Không giải mã được mã bí mật của kênh: khóa DAKENH_ENCRYPTION_KEY không khớp. Hãy nhập lại mã bí mật.")
)


class Keys:
    """Encrypts with the key of the first passphrase, decrypts with that of any: add the new one in front to rotate."""

    def __init__(self, passphrases: Sequence[str]) -> None:
        self._fernets = [Fernet(_derive(passphrase)) for passphrase in passphrases]

    def seal(self, secrets: Mapping[str, str]) -> bytes:
        """Return the encrypted form of ``secrets``."""
        return self._keys().encrypt(json.dumps(dict(secrets), ensure_ascii=False).encode())

    def open(self, box: bytes) -> dict[str, str]:
        """Return what ``seal`` was given; raise ``ChannelError(AUTH)`` if no key fits."""
        try:
            opened: dict[str, str] = json.loads(self._keys().decrypt(box))
        except InvalidToken:
            raise ChannelError(ErrorKind.AUTH, UNREADABLE) from None
        return opened

    def _keys(self) -> MultiFernet:
        if not self._fernets:
            raise ChannelError(ErrorKind.AUTH, UNREADABLE)
        return MultiFernet(self._fernets)


def put_secrets(connection: Connection, channel_id: int, secrets: Mapping[str, str], keys: Keys, now: datetime) -> None:
    """Store ``secrets`` in the caller's transaction, replacing all there were. A renewal under way gives way."""
    values = {"channel_id": channel_id, "box": keys.seal(secrets), "version": 1, "updated_at": now}
    seen = select(SECRET.c.version).where(SECRET.c.channel_id == channel_id).with_for_update()
    version = connection.execute(seen).scalar()
    if version is not None:
        values["version"] = version + 1
    connection.execute(upsert(connection, SECRET, ["channel_id"], values))


class DatabaseVault:
    """The ``Vault`` of one channel. ``owner`` names who holds the renewal lock; ``clock`` gives aware UTC."""

    def __init__(
        self,
        database: Engine,
        channel_id: int,
        keys: Keys,
        *,
        clock: Callable[[], datetime] = utc_now,
        owner: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database = database
        self._channel_id = channel_id
        self._keys = keys
        self._clock = clock
        self._owner = f"{owner[:60]}/{uuid4().hex[:12]}"
        self._sleep = sleep

    def read(self) -> Mapping[str, str]:
        """Return the secrets as stored now; none at all if the channel has none."""
        return self._read().secrets

    def write(self, secrets: Mapping[str, str]) -> None:
        """Replace the secrets."""
        with writing(self._database) as connection:
            put_secrets(connection, self._channel_id, secrets, self._keys, self._clock())

    def renew(
        self, seen: Mapping[str, str], call: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> Mapping[str, str]:
        """Replace the secrets by what ``call`` returns, once for all workers that saw ``seen``; see ``Vault.renew``.

        A value that comes back empty keeps the stored one: a provider's gap must not lose a refresh token.
        Raise ``ChannelError(TRANSIENT)`` if another worker's renewal takes too long.
        """
        newer = self._lock(seen)
        if newer is not None:
            return newer
        try:
            current = self._read()
            if current.secrets != dict(seen):
                return current.secrets
            fresh = call(current.secrets)
            return self._commit(current, {**current.secrets, **{name: value for name, value in fresh.items() if value}})
        finally:
            self._unlock()

    def _lock(self, seen: Mapping[str, str]) -> Mapping[str, str] | None:
        """Take the renewal lock; or return the secrets that somebody else has renewed while we waited."""
        waited = 0.0
        while not self._try_lock():
            current = self._read().secrets
            if current != dict(seen):
                return current
            if waited >= PATIENCE:
                raise ChannelError(ErrorKind.TRANSIENT, BEING_RENEWED)
            self._sleep(PAUSE)
            waited += PAUSE
        return None

    def _try_lock(self) -> bool:
        now = self._clock()
        free = or_(SECRET.c.lock_owner.is_(None), SECRET.c.lock_until <= now, SECRET.c.lock_until > now + 2 * LOCK)
        take = update(SECRET).where(SECRET.c.channel_id == self._channel_id, free)
        with writing(self._database) as connection:
            return connection.execute(take.values(lock_owner=self._owner, lock_until=now + LOCK)).rowcount == 1

    def _unlock(self) -> None:
        own = update(SECRET).where(SECRET.c.channel_id == self._channel_id, SECRET.c.lock_owner == self._owner)
        try:
            with writing(self._database) as connection:
                connection.execute(own.values(lock_owner=None, lock_until=None))
        except DBAPIError:  # what was renewed is stored; the lock ends by itself
            log.warning("channel %s: the lock of its secrets could not be given free yet", self._channel_id)

    def _commit(self, current: "_Stored", fresh: Mapping[str, str]) -> Mapping[str, str]:
        """Store what the provider gave, even if the lock ran out meanwhile: the old values are worth nothing now.

        They exist nowhere else, so a database that is locked or away is waited for. Others' mere notes beside the same
        old values give way; values that somebody else has put there do not.
        """
        while not self._surely_replaced(current.version, fresh):
            now = self._read()
            if any(now.secrets.get(name) != value for name, value in current.secrets.items()):
                return now.secrets
            current = _Stored(current.secrets, now.version)
        return dict(fresh)

    def _surely_replaced(self, version: int, fresh: Mapping[str, str]) -> bool:
        waited = 0.0
        while True:
            try:
                return self._replaced(version, fresh)
            except (OperationalError, InterfaceError) as error:
                if waited >= UNTIL_STORED:
                    raise
                log.error("channel %s: renewed secrets not stored yet: %s", self._channel_id, type(error.orig).__name__)
            self._sleep(PAUSE_STORING)
            waited += PAUSE_STORING

    def _replaced(self, version: int, fresh: Mapping[str, str]) -> bool:
        replace = update(SECRET).where(SECRET.c.channel_id == self._channel_id, SECRET.c.version == version)
        values = {"box": self._keys.seal(fresh), "version": version + 1, "updated_at": self._clock()}
        with writing(self._database) as connection:
            return connection.execute(replace.values(values)).rowcount == 1

    def _read(self) -> "_Stored":
        wanted = select(SECRET.c.box, SECRET.c.version).where(SECRET.c.channel_id == self._channel_id)
        with self._database.connect() as connection:
            row = connection.execute(wanted).one_or_none()
        return _Stored(self._keys.open(row.box), row.version) if row is not None else _Stored({}, 0)


@dataclass(frozen=True, slots=True)
class _Stored:
    secrets: dict[str, str]
    version: int


def _derive(passphrase: str) -> bytes:
    """Return the Fernet key of a passphrase: HKDF with SHA-256 (RFC 5869)."""
    hkdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"dakenh channel secrets")
    return base64.urlsafe_b64encode(hkdf.derive(passphrase.encode()))
