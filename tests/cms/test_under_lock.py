"""No service does anything slow inside a writing transaction: read from the source, over every block there is."""

import ast

import pytest

from tests.cms import lock_graph

MARKED = frozenset(
    {
        "media.storage.store.Store.put", "media.storage.store.Store.read",
        "media.storage.store.Store.path", "media.storage.store.Store.__iter__",
        "media.storage.store.Store.__contains__", "media.pictures.decoders.ask",
        "media.infographics.infographic.draw", "media.pictures.cover.draw",
        "media.boards.frame.text_frames", "media.boards.frame.picture_frame", "channels.document.reading.read",
        "channels.zalo_oa.api.client.Client._send", "channels.radio_script.speech.voice.Voice.wav",
        "channels.radio_script.bulletins.bulletin.compose_bulletin", "cms.radio.scripts.queries.Script.whole",
        "cms.radio.scripts.queries.Script.damaged",
        "channels.radio_script.files.docx.to_docx", "channels.radio_script.files.pdf.to_pdf",
        "cms.lexicon.rates.timed_rate", "cms.lexicon.fields.checked", "cms.radio.notices.postbox.Postbox.send",
        "cms.quotas.packs.yaml_reading.read_pack", "cms.quotas.packs.yaml_reading.parse_pack",
        "cms.people.accounts.passwords.hash_of",
        "cms.people.accounts.passwords.matches",
    }
)  # fmt: skip
"""What must be marked as slow: rendering, drawing, files, network, hashing, parsing."""


@pytest.fixture(scope="module")
def source() -> lock_graph.Source:
    return lock_graph.read(lock_graph.house())


def test_no_writing_transaction_reaches_anything_slow(source: lock_graph.Source) -> None:
    assert lock_graph.slow_under_lock(source) == []
    assert len(source.blocks) > 150, "the blocks are found"


def test_what_is_slow_is_marked(source: lock_graph.Source) -> None:
    assert {name for name, function in source.functions.items() if function.slow} >= MARKED


def test_every_transaction_that_writes_is_opened_where_it_is_watched() -> None:
    """Another way to open one would be seen neither at work nor here."""
    found = set()
    for module, text in lock_graph.house().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args + node.keywords:
                found |= {module} if node.func.attr == "begin" else set()
    assert found <= {"scheduler.storage.database", "cms.radio.notices.mailing"}, (
        "use changing(), writing() or writing_soon()"
    )


VIEW = """
from cms.core.database import changing
from cms.things import service

def view():
    {before}
    with changing() as session:
        service.save(session)
"""
SERVICE = """
from media.underlock import slow
from cms.things import helper

def save(session):
    helper(session)

class Kept:
    def __init__(self):
        self._fill()

    def _fill(self):
        draw()

@slow
def draw():
    pass
"""


@pytest.mark.parametrize(
    ("helper", "found"),
    [
        ("from cms.things.service import draw\ndef helper(session):\n    draw()\n", True),
        ("from cms.things import service\ndef helper(session):\n    list(map(service.draw, ()))\n", True),
        ("from cms.things.service import Kept\ndef helper(session):\n    Kept()\n", True),
        ("def helper(session, adapter):\n    adapter.render(1, 2)\n", True),
        ("def helper(session):\n    session.flush()\n", False),
    ],
)
def test_a_slow_call_is_found_however_deep(helper: str, found: bool) -> None:
    texts = {
        "cms.views": VIEW.format(before="service.draw()"), "cms.things.service": SERVICE, "cms.things": helper,
    }  # fmt: skip
    assert bool(lock_graph.slow_under_lock(lock_graph.read(texts))) is found
