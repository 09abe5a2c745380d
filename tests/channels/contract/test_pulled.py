"""What every pulled kind promises: documents made of what is live and nothing else, and new ones when that changes."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels import registry
from channels.contract import Document, Feed, Piece, Severity, StoryKind, Transport
from scheduler.documents.making import Effort, Made, make
from scheduler.storage.tables import ChannelDocument
from tests.channels.contract.feeds import EARLIER, NOW, documents, feed, gone, live, rendered
from tests.channels.contract.pieces import BODY, SITE, hostile, whole

PULLED = sorted(kind for kind in registry.KINDS if registry.adapter(kind).transport is Transport.PULL)
EVERY = pytest.mark.parametrize("kind", PULLED)
TEXT = re.compile(r"^(text/|application/)")


def news(number: int = 1, word: str = "Sơn ca") -> Piece:
    """A piece that can be told from any other by ``word``, in its title, its summary and its body."""
    said: dict[str, Any] = {"title": f"{word} báo tin", "summary": f"{word} tóm tắt.", "body": f"{word} kể. {BODY}"}
    return whole(story_id=number, url=f"{SITE}/tin/{number}", **said)


def shows(made: dict[str, Document], word: str) -> bool:
    """Whether any document says the word."""
    return any(word.encode() in document.body for document in made.values())


def same(kind: str, one: Feed, other: Feed) -> bool:
    """Whether readers get the same bytes under the same tags."""
    first, second = documents(one, kind), documents(other, kind)
    return {name: (d.body, d.etag) for name, d in first.items()} == {
        name: (d.body, d.etag) for name, d in second.items()
    }


@EVERY
def test_each_document_has_a_name_a_type_a_strong_tag_and_a_time(kind: str) -> None:
    made = registry.pull(kind).documents(feed(kind, live(kind)))
    assert len({document.name for document in made}) == len(made) > 0
    for document in made:
        assert document.body
        assert re.fullmatch(r'"[\x21\x23-\x7e]+"', document.etag), "a strong tag in quotes"
        assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+(; charset=utf-8)?", document.mime)
        assert document.modified.utcoffset() == timedelta(0)
        assert document.modified <= NOW
        assert document.stale_at is None or document.stale_at > NOW


@EVERY
def test_the_database_has_room_for_names_types_and_tags(kind: str) -> None:
    columns: Any = ChannelDocument.__table__.c
    for document in registry.pull(kind).documents(feed(kind, live(kind))):
        for name in ("name", "mime", "etag"):
            assert len(getattr(document, name)) <= columns[name].type.length, f"{name}: {getattr(document, name)}"


@EVERY
def test_the_same_feed_is_the_same_until_it_says_that_it_is_stale(kind: str) -> None:
    items = (live(kind, news(1)), live(kind, whole(StoryKind.NOTICE, story_id=2)))
    first = documents(feed(kind, *items), kind)
    stale = min((d.stale_at for d in first.values() if d.stale_at), default=NOW + timedelta(days=400))
    for later in (NOW + timedelta(seconds=1), NOW + (stale - NOW) / 2, stale - timedelta(seconds=1)):
        assert same(kind, feed(kind, *items), feed(kind, *items, now=later))


@EVERY
def test_a_document_needs_no_bytes_that_only_the_store_has(kind: str) -> None:
    adapter, piece = registry.pull(kind), news()
    fresh = replace(live(kind, piece), rendition=adapter.render(piece, adapter.Settings()))
    assert same(kind, feed(kind, fresh), feed(kind, live(kind, piece)))


@EVERY
def test_a_live_item_is_shown(kind: str) -> None:
    made = documents(feed(kind, live(kind, news())), kind)
    assert shows(made, "Sơn ca")
    assert not same(kind, feed(kind), feed(kind, live(kind, news())))


@EVERY
def test_an_empty_channel_has_documents_too(kind: str) -> None:
    made = documents(feed(kind), kind)
    assert made
    assert set(made) <= set(documents(feed(kind, live(kind)), kind))


@EVERY
def test_a_withdrawn_item_is_in_no_document(kind: str) -> None:
    stays, goes = live(kind, news(1, "Chào mào")), live(kind, news(2, "Sơn ca"))
    after = feed(kind, stays, tombstones=(gone(goes),), now=NOW)
    assert shows(documents(feed(kind, goes, stays), kind), "Sơn ca")
    assert not shows(documents(after, kind), "Sơn ca")
    assert shows(documents(after, kind), "Chào mào")


@EVERY
def test_a_picture_of_a_channel_shows_nothing_of_a_withdrawn_item(kind: str) -> None:
    goes = live(kind, news())
    never, after = documents(feed(kind), kind), documents(feed(kind, tombstones=(gone(goes),)), kind)
    pictures = [name for name, document in after.items() if not TEXT.match(document.mime)]
    assert all(after[name].body == never[name].body for name in pictures)


@EVERY
def test_a_withdrawal_changes_the_tag_even_when_its_trace_has_faded(kind: str) -> None:
    goes = live(kind, news())
    before = documents(feed(kind, goes), kind)
    for traces in ((gone(goes),), ()):
        after = documents(feed(kind, tombstones=traces), kind)
        assert any(after[name].etag != before[name].etag for name in set(after) & set(before))


@EVERY
def test_a_tombstone_makes_the_channel_younger(kind: str) -> None:
    goes = live(kind, news())
    before = documents(feed(kind, goes), kind)
    after = documents(feed(kind, tombstones=(gone(goes),)), kind)
    for name in set(before) & set(after):
        assert after[name].modified >= before[name].modified
        if after[name].etag != before[name].etag:
            assert after[name].modified >= NOW.replace(microsecond=0)


@EVERY
def test_a_correction_takes_the_place_of_what_was_there(kind: str) -> None:
    before = live(kind, news(1, "Sơn ca"))
    corrected = replace(live(kind, replace(news(1, "Chào mào"), revision=2)), corrected=NOW)
    made, old = documents(feed(kind, corrected), kind), documents(feed(kind, before), kind)
    assert shows(made, "Chào mào")
    assert not shows(made, "Sơn ca")
    for name in set(made) & set(old):
        assert made[name].modified >= old[name].modified


@EVERY
def test_an_item_whose_time_is_over_is_not_shown_once_the_documents_are_stale(kind: str) -> None:
    ends = NOW + timedelta(minutes=4)
    passing = live(kind, news(), until=ends)
    made = documents(feed(kind, passing), kind)
    assert shows(made, "Sơn ca")
    for name in [name for name, document in made.items() if document.stale_at is not None]:
        assert (made[name].stale_at or NOW) <= ends
        assert "Sơn ca".encode() not in documents(feed(kind, passing, now=ends), kind)[name].body


@EVERY
def test_the_newest_of_many_items_are_there(kind: str) -> None:
    oldest, newest = live(kind, news(1, "Chào mào")), live(kind, news(600, "Sơn ca"), since=NOW)
    many = [replace(oldest, delivery_id=n, story_id=n, since=EARLIER - timedelta(minutes=n)) for n in range(2, 501)]
    made = documents(feed(kind, newest, *many), kind)
    assert shows(made, "Sơn ca")
    assert max(len(document.body) for document in made.values()) < 20_000_000


@EVERY
@pytest.mark.parametrize("case", sorted(hostile()))
def test_one_odd_item_spoils_no_document(kind: str, case: str) -> None:
    adapter, piece = registry.pull(kind), replace(hostile()[case], story_id=2, url=f"{SITE}/tin/2")
    if any(finding.severity is Severity.ERROR for finding in adapter.check(piece, adapter.Settings())):
        return
    made = documents(feed(kind, live(kind, piece), live(kind, news())), kind)
    assert shows(made, "Sơn ca")
    for document in made.values():
        if TEXT.match(document.mime):
            document.body.decode()


@EVERY
def test_names_of_channel_and_unit_may_hold_anything(kind: str) -> None:
    for name in ("A & B <c> \"d\" 'e'", "Cổng 👍", "100% %s {x}", "\uffff\u0301"):
        odd = replace(feed(kind, live(kind)), name=name, unit=name)
        assert documents(odd, kind)


# One bad item never stops the others


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside plain JSON."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(inner for key, one in pairs for inner in leaves(one, (*path, key)))]


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at the end of the way, or without it."""
    whole = json.loads(json.dumps(document))
    if not path:
        return value
    place = whole
    for key in path[:-1]:
        place = place[key]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return whole


GONE = object()
ODD = [GONE, None, 7, -1, 1e308, "", "\x0b", "\x00", "\ud800", "\ufffe", "a\x1fb", [], {}, [[]], {"a": "\x0b"}, True,
       "http://[::1", "&#11;", "<b>", "x" * 100_000]  # fmt: skip


def with_one_bad(kind: str, document: Any, **change: Any) -> Made:
    """What the engine makes of a sound item, a bad one and a withdrawn one; the bad one is the youngest."""
    good, gone_one = live(kind, news(1, "Chào mào")), live(kind, news(2, "Sơn ca"))
    bad = live(kind, news(3, "Vành khuyên"), since=NOW)
    bad = replace(bad, rendition=replace(bad.rendition, document=document), **change)
    asked = feed(kind, bad, good, tombstones=(gone(gone_one),))
    return make(registry.pull(kind).documents, asked, effort=Effort(seconds=60))


def assert_others_are_out(made: Made) -> None:
    """The sound item is there, the withdrawn one is not, and what is left out has a reason."""
    shown = {document.name: document for document in made.documents}
    assert shows(shown, "Chào mào")
    assert not shows(shown, "Sơn ca báo tin")
    assert not made.trouble
    assert set(made.left_out) | {item.delivery_id for item in made.carried} == {101, 103}
    assert all(made.left_out.values())


@EVERY
def test_one_item_damaged_anywhere_in_any_way_is_left_out_or_shown_and_the_others_are_there(kind: str) -> None:
    document = json.loads(json.dumps(dict(rendered(kind, news(3, "Vành khuyên")).document)))
    ways = leaves(document)
    for number, path in enumerate(ways[:: 1 + len(ways) // 80]):
        values = ODD if len(path) <= 1 or number % 7 == 0 else ODD[number % 5 :: 5]
        for value in values:
            if not path and value is GONE:
                continue
            assert_others_are_out(with_one_bad(kind, changed(document, path, value)))


@EVERY
@pytest.mark.parametrize(
    "change",
    [
        {"since": None},
        {"until": "mai"},
        {"story_id": None},
        {"revision": "hai"},
        {"corrected": 3},
        {"since": datetime(2026, 1, 1)},
    ],
)
def test_an_item_with_impossible_facts_spoils_no_document(kind: str, change: dict[str, Any]) -> None:
    assert_others_are_out(with_one_bad(kind, rendered(kind, news(3, "Vành khuyên")).document, **change))


@EVERY
def test_an_impossible_tombstone_hides_neither_items_nor_other_withdrawals(kind: str) -> None:
    good, goes = live(kind, news(1, "Chào mào")), live(kind, news(2, "Sơn ca"))
    for change in (
        {"title": "\x0b\ud800"},
        {"at": None},
        {"files": (None,)},
        {"files": ("\x0b",)},
        {"revision": "hai"},
    ):
        odd = replace(gone(goes), delivery_id=7_654_321, story_id=7_654_321, **change)
        made = make(registry.pull(kind).documents, feed(kind, good, tombstones=(odd, gone(goes))), effort=Effort())
        shown = {document.name: document for document in made.documents}
        assert shows(shown, "Chào mào")
        assert not shows(shown, "Sơn ca báo tin")
