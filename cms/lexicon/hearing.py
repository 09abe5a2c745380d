"""A text as a synthetic voice says it, for checking only: it says of itself that it is synthetic."""

from flask import make_response
from werkzeug.wrappers import Response

from channels.radio_script.speech import voice
from channels.words import N_
from cms.core.refusal import Conflict, NotFound
from cms.web.context import settings


def voice_of(dialect: str) -> voice.Voice | None:
    """The voice that this machine has for a dialect, if any."""
    return voice.find_voice(dialect, settings().piper_voice)


def heard(spoken: str, dialect: str, name: str) -> Response:
    """Return ``spoken`` as a WAV file that says of itself that it is synthetic."""
    found = voice_of(dialect)
    if found is None:
        raise NotFound(N_("Máy chủ chưa có giọng đọc; quản trị máy chủ cài espeak-ng để nghe thử."))
    try:
        wav = found.wav(spoken)
    except voice.SpeechFailed:
        raise Conflict(N_("Giọng đọc trên máy chủ không chạy được; hãy báo quản trị máy chủ.")) from None
    answer = make_response(wav)
    answer.headers["Content-Type"] = "audio/wav"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}-giong-may-khong-phat-song.wav"'
    answer.headers["X-Synthetic"] = found.name
    answer.headers["Cache-Control"] = "no-store"
    return answer
