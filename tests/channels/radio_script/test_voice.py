"""Listening: what the machine's synthesiser says, and how near the estimate of the length comes to it."""

import stat
from pathlib import Path

import pytest

from channels.radio_script.reading import read_aloud
from channels.radio_script.speech import voice
from channels.radio_script.speech.length import DEFAULT, STOP_S, measure
from channels.radio_script.speech.voice import SpeechFailed, Voice, find_voice, seconds_of
from tests.channels.radio_script.test_length import ROWS

ESPEAK = find_voice()
heard = pytest.mark.skipif(ESPEAK is None, reason="espeak-ng is not installed")


@heard
@pytest.mark.parametrize("text", [row[1] for row in ROWS], ids=[row[1][:30] for row in ROWS])
def test_the_estimate_is_within_six_percent_of_what_espeak_takes_here(text: str) -> None:
    assert ESPEAK is not None
    spoken = read_aloud(text).spoken
    estimate = measure(spoken).seconds(DEFAULT) - STOP_S
    assert estimate == pytest.approx(seconds_of(ESPEAK.wav(spoken)), rel=0.06)


@heard
def test_both_dialects_have_a_voice() -> None:
    for dialect in ("north", "south"):
        found = find_voice(dialect)
        assert found is not None
        assert seconds_of(found.wav("Một hai ba.")) > 0.5


def tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_the_operators_own_voice_goes_before_espeak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("piper", "espeak-ng"):
        tool(tmp_path, name, "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    own, other = find_voice(model=tmp_path / "huong.onnx"), find_voice()
    assert own is not None
    assert own.name == "piper huong"
    assert own.command[1:3] == ("--model", str(tmp_path / "huong.onnx"))
    assert other is not None
    assert other.name == "espeak-ng"


def test_a_machine_without_a_synthesiser_has_no_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_voice(model=tmp_path / "huong.onnx") is None


def test_a_synthesiser_that_fails_says_why(tmp_path: Path) -> None:
    tool(tmp_path, "mute", "cat > /dev/null; echo 'no such voice' >&2; exit 1")
    with pytest.raises(SpeechFailed, match="no such voice"):
        Voice("mute", (str(tmp_path / "mute"),)).wav("một")
    with pytest.raises(SpeechFailed):
        Voice("missing", (str(tmp_path / "nothing"),)).wav("một")


def test_what_is_too_long_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "LONGEST", 3)
    tool(tmp_path, "echoing", "cat >&2; exit 1")
    with pytest.raises(SpeechFailed, match=r"\Amột\Z"):
        Voice("echoing", (str(tmp_path / "echoing"),)).wav("một hai")
