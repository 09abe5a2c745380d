"""The bounded pool in which pictures are decoded: one process beside each of ours, one picture at a time."""

import atexit
import io
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from media import errors
from media.pictures.decoder import LONGEST_LINE
from media.underlock import slow

log = logging.getLogger(__name__)

HOUSE = Path(__file__).resolve().parents[2]
MOST_IN_LINE = 8
"""Pictures in hand or waiting; one more is refused at once: every one that waits holds a thread of the server."""
PATIENCE_S = 30.0
"""Longest wait for one's turn."""
WALL_S = 60.0
"""Longest time for one picture, on however busy a machine; its processor time is limited by the decoder itself."""

Source = bytes | IO[bytes]
"""A picture: its bytes, or an open file, which spares this process from holding them."""


def weight(source: Source) -> int:
    """Return the bytes of a picture."""
    return len(source) if isinstance(source, bytes) else source.seek(0, os.SEEK_END)


class Decoders:
    """A decoder process that is started when it is needed and again after it had to be killed."""

    def __init__(self) -> None:
        self._line = threading.BoundedSemaphore(MOST_IN_LINE)
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def ask(self, work: str, source: Source, **values: Any) -> tuple[dict[str, Any], bytes]:
        """Have ``work`` done on a picture; return what it tells and the bytes that it made.

        Raises the ``MediaError`` that the decoder found, ``PictureTooDemanding`` if it had to be killed, or
        ``PicturesBusy`` if too many pictures wait.
        """
        with self._our_turn(), _file_of(source) as picture, tempfile.TemporaryFile() as result:
            line, asked = self._ready(), json.dumps({"work": work, **values}).encode()
            try:
                socket.send_fds(line, [asked], [picture.fileno(), result.fileno()])
                answer = _line_from(line)
            except (TimeoutError, ConnectionError):
                raise self._killed() from None
            except BaseException:
                self.close()  # its answer would be taken for that to the next request
                raise
            _raise_refusal(answer)
            result.seek(0)
            return answer["values"], result.read()

    def close(self) -> None:
        """End the process; the next request starts another."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._socket = None

    @contextmanager
    def _our_turn(self) -> Iterator[None]:
        if not self._line.acquire(blocking=False):
            raise errors.PicturesBusy
        try:
            if not self._turn.acquire(timeout=PATIENCE_S):
                raise errors.PicturesBusy
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._line.release()

    def _ready(self) -> socket.socket:
        if self._socket is not None and self._process is not None and self._process.poll() is None:
            return self._socket
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            # From our own folder: the folder we were started in may hold one named "media".
            self._process = subprocess.Popen(
                [sys.executable, "-m", "media.pictures.decoder"], stdin=theirs.fileno(), stdout=subprocess.DEVNULL,
                cwd=HOUSE, env={**os.environ, "MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "262144"},
            )  # fmt: skip
        ours.settimeout(WALL_S)
        self._socket = ours
        return ours

    def _killed(self) -> errors.MediaError:
        """Clear up after a decoder that died or hung, and say what that means for the picture."""
        process = self._process
        try:
            code = process.wait(1) if process is not None else None
        except subprocess.TimeoutExpired:
            code = None
        self.close()
        log.warning("the decoder of pictures ended with %s", code)
        crashed = code is not None and code not in {-signal.SIGPROF, -signal.SIGKILL}
        return errors.PictureDamaged() if crashed else errors.PictureTooDemanding()


def _line_from(line: socket.socket) -> dict[str, Any]:
    said = b""
    while not said.endswith(b"\n"):
        part = line.recv(LONGEST_LINE)
        if not part:
            raise ConnectionError("the decoder is gone")
        said += part
    answer: dict[str, Any] = json.loads(said)
    return answer


def _raise_refusal(answer: dict[str, Any]) -> None:
    if name := answer.get("refused"):
        refusal: type[errors.MediaError] = getattr(errors, name)
        raise refusal(**answer["values"])


@contextmanager
def _file_of(source: Source) -> Iterator[IO[bytes]]:
    """The picture as a file that another process can be given."""
    if not isinstance(source, bytes) and _has_handle(source):
        source.flush()
        yield source
        return
    with tempfile.TemporaryFile() as file:
        if isinstance(source, bytes):
            file.write(source)
        else:
            source.seek(0)
            shutil.copyfileobj(source, file)
        file.flush()
        yield file


def _has_handle(source: IO[bytes]) -> bool:
    try:
        return source.fileno() >= 0
    except io.UnsupportedOperation:
        return False


_ours = Decoders()


@slow
def ask(work: str, source: Source, **values: Any) -> tuple[dict[str, Any], bytes]:
    """``Decoders.ask`` with this process's decoder."""
    return _ours.ask(work, source, **values)


def _anew() -> None:
    """A forked child has a decoder of its own: two that talk over one socket would mix up their answers."""
    global _ours
    _ours = Decoders()


os.register_at_fork(after_in_child=_anew)
atexit.register(lambda: _ours.close())
