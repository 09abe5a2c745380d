"""Listening to a reading for checking: espeak-ng when the machine has it, or the operator's own piper voice.

What comes out is synthetic and is never aired by itself.
"""

import io
import shutil
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

from media.underlock import slow

SPEED = "158"
"""Words a minute of espeak-ng that come nearest to the default read rate (radio.md, section 2)."""
LONGEST = 12_000
"""Characters that are spoken at once: about a quarter of an hour."""
PATIENCE_S = 60
DIALECT_VOICES = {"north": "vi", "south": "vi-vn-x-south"}


class SpeechFailed(Exception):
    """The synthesiser gave no sound; the sentence is the first line it wrote."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A synthesiser on this machine. ``command`` reads text from standard input and writes WAV to standard output.

    ``name`` is what a person is told they hear.
    """

    name: str
    command: tuple[str, ...]

    @slow
    def wav(self, spoken: str) -> bytes:
        """Return ``spoken`` as a WAV file; raise ``SpeechFailed``."""
        try:
            done = subprocess.run(  # noqa: S603 - a fixed command; the text goes in by standard input
                self.command, input=spoken[:LONGEST].encode(), capture_output=True, timeout=PATIENCE_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SpeechFailed(str(error)) from error
        if done.returncode or not done.stdout.startswith(b"RIFF"):
            raise SpeechFailed(done.stderr.decode(errors="replace").strip().partition("\n")[0] or "no sound")
        return _with_length(done.stdout)


def find_voice(dialect: str = "north", model: Path | None = None) -> Voice | None:
    """Return the operator's piper voice if ``model`` and piper are there, else espeak-ng, else None."""
    piper = shutil.which("piper")
    if model is not None and piper:
        return Voice(f"piper {model.stem}", (piper, "--model", str(model), "--output_file", "-"))
    espeak = shutil.which("espeak-ng")
    if espeak:
        voice = DIALECT_VOICES.get(dialect, "vi")
        return Voice("espeak-ng", (espeak, "-v", voice, "-s", SPEED, "--stdin", "--stdout"))
    return None


def seconds_of(wav: bytes) -> float:
    """Return how long a WAV file sounds."""
    with wave.open(io.BytesIO(wav)) as sound:
        seconds: float = sound.getnframes() / sound.getframerate()
        return seconds


def _with_length(wav: bytes) -> bytes:
    """Write the true length into the header: a program that writes to a pipe does not know it beforehand."""
    data = wav.find(b"data", 12)
    if data < 0:
        raise SpeechFailed("no data chunk")
    size = len(wav) - data - 8
    return (
        wav[:4]
        + (len(wav) - 8).to_bytes(4, "little")
        + wav[8 : data + 4]
        + size.to_bytes(4, "little")
        + wav[data + 8 :]
    )
