"""The process that decodes pictures: what a hostile file costs, it costs here, within hard limits.

Started by ``media.pictures.decoders`` as ``python -m media.pictures.decoder``. Standard input is a Unix socket. A
request is one line of JSON with two open files beside it, the picture and where the result goes; the answer is one line
of JSON.
"""

import json
import os
import resource
import signal
import socket
from collections.abc import Mapping
from typing import IO, Any

MEMORY = 168 << 20
"""Bytes of memory of its own that the process may take (RLIMIT_DATA). With what its libraries keep mapped it stays
below 200 MB."""
CPU_S = 15.0
"""Seconds of processor time for one picture; the largest that are taken need about 4."""
LARGEST_RESULT = 80 << 20
LONGEST_LINE = 1 << 16


def main() -> None:
    """Answer requests until the other end is gone."""
    os.nice(5)  # a poll of a board goes before a picture
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_RESULT, LARGEST_RESULT))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    from media.pictures.developing import WORKS, tidy

    with socket.socket(fileno=os.dup(0)) as line:
        while True:
            message, handles, _flags, _address = socket.recv_fds(line, LONGEST_LINE, 2)
            if not message:
                return
            with open(handles[0], "rb") as picture, open(handles[1], "wb") as result:
                answer = _answer(WORKS, json.loads(message), picture, result)
            line.sendall(json.dumps(answer).encode() + b"\n")
            tidy()


def _answer(works: Mapping[str, Any], asked: dict[str, Any], picture: IO[bytes], result: IO[bytes]) -> dict[str, Any]:
    from media.errors import MediaError, PictureDamaged, PictureTooDemanding

    signal.setitimer(signal.ITIMER_PROF, CPU_S)  # at its end the process is killed, whatever a library is doing
    try:
        picture.seek(0)
        values: dict[str, Any] = works[asked.pop("work")](picture, result, **asked)
    except MediaError as error:
        return _refused(error)
    except MemoryError:
        return _refused(PictureTooDemanding())
    except Exception:  # whatever a library makes of broken bytes, it is the picture that is broken
        return _refused(PictureDamaged())
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return {"values": values}


def _refused(error: Any) -> dict[str, Any]:
    return {"refused": type(error).__name__, "values": error.values}


if __name__ == "__main__":
    main()
