"""Sound files that people upload: known by their first bytes, kept in the media store."""

from dataclasses import dataclass

from channels.words import N_
from cms.core.refusal import Invalid
from media.pictures.pictures import megabytes
from media.storage.store import Store

EXTENSIONS = {"audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/wav": "wav", "audio/mp4": "m4a"}


@dataclass(frozen=True, slots=True)
class Sound:
    """A kept sound file; ``size`` in bytes."""

    sha256: str
    mime: str
    size: int


def keep(store: Store, data: bytes, max_mb: int) -> Sound:
    """Keep a sound file; raise ``Invalid`` if it is none that browsers play, or larger than ``max_mb``."""
    if len(data) > max_mb * 1_000_000:
        raise Invalid(
            N_("Tệp âm thanh lớn quá %(limit)s MB (nặng %(size)s MB); hãy nén lại."), field="audio",
            size=megabytes(len(data)), limit=max_mb,
        )  # fmt: skip
    mime = kind(data)
    if mime is None:
        raise Invalid(N_("Tệp này không phải âm thanh mp3, ogg, wav hoặc m4a; hãy chọn tệp khác."), field="audio")
    stored = store.put(data)
    return Sound(stored.sha256, mime, stored.size)


def kind(data: bytes) -> str | None:
    """Return the type of a sound file by its first bytes, or None."""
    if data[:3] == b"ID3" or (len(data) > 2 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2):
        return "audio/mpeg"
    if data[:4] == b"OggS":
        return "audio/ogg"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "audio/wav"
    return "audio/mp4" if data[4:8] == b"ftyp" and data[8:11] in (b"M4A", b"mp4", b"iso", b"M4B") else None
