"""Files named by their content: the same bytes are kept once, and a name can never come to mean other bytes."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from media.errors import Damaged, NotStored
from media.underlock import slow

_NAME = re.compile("[0-9a-f]{64}")


def is_name(text: str) -> bool:
    """Whether ``text`` can be the name of a stored file."""
    return bool(_NAME.fullmatch(text))


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store: its SHA-256 in lower-case hex and its size in bytes."""

    sha256: str
    size: int


class Store:
    """A folder of files at ``root/ab/cd/abcd…``. Several processes may use it at once; several machines where they
    share the folder, or with ``media.storage.bucket``, which keeps the same contract.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @slow
    def put(self, data: bytes) -> StoredFile:
        """Keep ``data`` and return its name. When this returns, the file survives a power cut.

        May be done again at any time, and before any row says so: equal bytes are one file.
        """
        stored = StoredFile(hashlib.sha256(data).hexdigest(), len(data))
        target = self._place(stored.sha256)
        if not _holds(target, len(data)):
            self._write(target, data)
        return stored

    @slow
    def read(self, sha256: str, *, verify: bool = False) -> bytes:
        """Return the bytes; raise ``NotStored``, or ``Damaged`` if ``verify`` finds other bytes than were put."""
        try:
            data = self._place(sha256).read_bytes()
        except FileNotFoundError:
            raise NotStored(sha256=sha256) from None
        if verify and hashlib.sha256(data).hexdigest() != sha256:
            raise Damaged(sha256=sha256)
        return data

    @slow
    def path(self, sha256: str) -> Path:
        """Return where the file lies, for a server that sends files itself; raise ``NotStored``."""
        place = self._place(sha256)
        if not place.is_file():
            raise NotStored(sha256=sha256)
        return place

    def at_hand(self, sha256: str) -> bool:
        """Whether the file lies on this machine."""
        return is_name(sha256) and self._place(sha256).is_file()

    @slow
    def __iter__(self) -> Iterator[str]:
        """The names of all files in the store."""
        return (path.name for path in sorted(self.root.glob("??/??/*")) if _NAME.fullmatch(path.name))

    @slow
    def __contains__(self, sha256: object) -> bool:
        return isinstance(sha256, str) and self.at_hand(sha256)

    def _place(self, sha256: str) -> Path:
        if not _NAME.fullmatch(sha256):
            raise NotStored(sha256=sha256)
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def _write(self, target: Path, data: bytes, *, durable: bool = True) -> None:
        """Write beside the target and rename, so that a reader sees the whole file or none."""
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".put-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            os.chmod(name, 0o644)  # mkstemp gives 0600; a web server under another user sends these files
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        if durable:
            _sync_folders(target.parent, self.root)


def _holds(target: Path, size: int) -> bool:
    """Tell whether the file is there in full; a shorter one was damaged and is written again."""
    try:
        return target.stat().st_size == size
    except FileNotFoundError:
        return False


def _sync_folders(folder: Path, root: Path) -> None:
    """Make the new name, and the folders it needed, durable."""
    for place in (folder, folder.parent, root):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
