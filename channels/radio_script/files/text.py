"""The script as plain text: spoken form only, ready for a text-to-speech system."""

from channels.radio_script.script import UNSAID, Script
from channels.radio_script.speech.sentences import ended


def to_text(script: Script) -> str:
    """Return what is said, one paragraph a line with a blank line between; cues and originals are left out.

    Every sentence ends with a stop, titles too: a voice made by a machine breathes nowhere else.
    """
    said = (line.sentences for line in script.lines if line.kind not in UNSAID)
    spoken = [" ".join(sentence.text for sentence in ended(sentences)) for sentences in said]
    return "\n\n".join(spoken) + "\n"


def to_bytes(script: Script, *, withdrawn: bool) -> bytes:
    """Return the text in UTF-8. A withdrawn script must not be pasted into a system that speaks it."""
    if withdrawn:
        return f"ĐÃ THU HỒI – KHÔNG PHÁT: {script.title}\n".encode()
    return to_text(script).encode()
