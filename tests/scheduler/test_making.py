"""One bad item never keeps the others out, whatever breaks and however many there are."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from channels.contract import Document, Feed, LiveItem, Rendition, Tombstone
from scheduler.documents.making import Effort, NotADocument, make, sound

NOW = datetime(2025, 3, 10, 1, 0, tzinfo=UTC)
NEVER = 10_000


class Plain(BaseModel):
    """Settings of a kind that has none."""


class Panic(BaseException):
    """What a library in Rust raises: no ``Exception``."""


def item(number: int) -> LiveItem:
    return LiveItem(number, number, 1, Rendition("fake", {"text": f"Tin {number}"}), NOW - timedelta(minutes=number))


def feed(count: int, stones: int = 0) -> Feed:
    gone = tuple(Tombstone(NEVER + n, NEVER + n, 1, f"Đã gỡ {n}", NOW) for n in range(stones))
    return Feed("k", "Kênh", "Báo", Plain(), "http://localhost", NOW, tuple(map(item, range(count))), gone)


class Adapter:
    """Makes one document, raises on some items, and counts what it had to do."""

    def __init__(self, bad: Sequence[int] = (), error: BaseException | None = None, shown: int = NEVER) -> None:
        self.bad, self.error, self.shown = frozenset(bad), error or RuntimeError("hỏng"), shown
        self.calls = self.items = 0

    def __call__(self, asked: Feed) -> Sequence[Document]:
        self.calls += 1
        self.items += len(asked.items)
        listed = asked.items[: self.shown]
        if any(one.delivery_id in self.bad for one in listed):
            raise type(self.error)(*self.error.args)
        body = json.dumps({"items": [one.delivery_id for one in listed], "gone": len(asked.tombstones)}).encode()
        return [Document("list.json", "application/json", body, '"1"', asked.now)]


def listed(documents: Sequence[Document]) -> list[int]:
    ids: list[int] = json.loads(documents[0].body)["items"]
    return ids


@settings(max_examples=60)
@given(st.integers(0, 40), st.sets(st.integers(0, 39)), st.integers(1, 50))
def test_exactly_the_bad_items_are_left_out(count: int, bad: set[int], shown: int) -> None:
    made = make(Adapter(sorted(bad), shown=shown), feed(count, 2))
    good = [n for n in range(count) if n not in bad]
    assert listed(made.documents) == good[:shown]
    assert set(made.left_out) <= bad
    assert not set(made.left_out) & {one.delivery_id for one in made.carried}
    assert bad & set(range(min(count, shown))) <= set(made.left_out)
    assert not made.undecided
    assert not made.trouble


@pytest.mark.parametrize(
    "error",
    [RuntimeError("x"), KeyError("title"), RecursionError(), MemoryError(), StopIteration(), Panic("nát"),
     UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates")],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_any_kind_of_error_is_the_item_s_own(error: BaseException) -> None:
    made = make(Adapter([3], error), feed(6))
    assert listed(made.documents) == [0, 1, 2, 4, 5]
    assert list(made.left_out) == [3]
    assert type(error).__name__ in made.left_out[3]
    assert made.left_out[3].isprintable(), "what is kept can be stored and shown"


def test_stopping_the_process_is_no_error_of_an_item() -> None:
    with pytest.raises(KeyboardInterrupt):
        make(Adapter([1], KeyboardInterrupt()), feed(3))


def test_items_that_only_break_each_other_cost_one_of_them() -> None:
    def quarrels(asked: Feed) -> Sequence[Document]:
        return Adapter([2] if {2, 7} <= {one.delivery_id for one in asked.items} else [])(asked)

    made = make(quarrels, feed(10))
    assert len(made.carried) == 9
    assert len(made.left_out) == 1


def test_a_tombstone_that_breaks_is_left_out_and_the_others_are_told() -> None:
    def narrow(asked: Feed) -> Sequence[Document]:
        if any(stone.title == "Đã gỡ 5" for stone in asked.tombstones):
            raise ValueError("bia hỏng")
        return Adapter([4])(asked)

    made = make(narrow, feed(6, 9))
    assert json.loads(made.documents[0].body) == {"items": [0, 1, 2, 3, 5], "gone": 8}
    assert "bia hỏng" in made.trouble
    assert list(made.left_out) == [4]


def test_a_frame_that_breaks_is_replaced_by_a_plainer_one_without_losing_items() -> None:
    def proud(asked: Feed) -> Sequence[Document]:
        if asked.name == "Kênh":
            raise ValueError("tên kênh")
        return Adapter([1])(asked)

    plain = replace(feed(3, 1), name="k")
    made = make(proud, feed(3, 1), [plain])
    assert json.loads(made.documents[0].body) == {"items": [0, 2], "gone": 1}
    assert "tên kênh" in made.trouble


def test_nothing_is_made_when_no_frame_holds() -> None:
    def never(_asked: Feed) -> Sequence[Document]:
        raise ValueError("lúc nào cũng hỏng")

    made = make(never, feed(500, 3), [feed(500)])
    assert not made.documents
    assert "lúc nào cũng hỏng" in made.trouble
    assert not made.left_out, "no item is blamed for what the frame does"


def test_what_is_known_to_be_broken_stays_out_at_the_price_of_one_try_and_comes_back_when_mended() -> None:
    known = frozenset({3, 4})
    broken = Adapter(sorted(known))
    made = make(broken, feed(500), suspects=known, again=False)
    assert broken.calls == 1
    assert len(made.carried) == 498
    half = make(Adapter([3]), feed(500), suspects=known)
    assert 4 in {one.delivery_id for one in half.carried}
    assert list(half.left_out) == [3]
    assert [one.delivery_id for one in half.carried] == [n for n in range(500) if n != 3], "in the channel's order"
    mended = Adapter()
    assert len(make(mended, feed(500), suspects=known).carried) == 500
    assert mended.calls == 1


@pytest.mark.parametrize("bad", [[250], range(500), range(0, 500, 2), range(50, 500)])
@pytest.mark.parametrize("shown", [50, NEVER])
def test_the_cost_is_bounded(bad: Sequence[int], shown: int) -> None:
    adapter = Adapter(bad, shown=shown)
    made = make(adapter, feed(500), effort=Effort(seconds=60))
    assert not {one.delivery_id for one in made.carried[:shown]} & set(bad)
    assert adapter.calls <= 2 * len(bad) * math.log2(500) + 40
    assert adapter.items < 60_000


def test_a_hundred_thousand_tombstones_are_not_made_again_for_each_item() -> None:
    stones = 0

    def counted(asked: Feed) -> Sequence[Document]:
        nonlocal stones
        stones += len(asked.tombstones)
        return Adapter([7])(asked)

    made = make(counted, feed(500, 100_000))
    assert len(made.carried) == 499
    assert stones <= 600_000


def test_when_the_effort_is_spent_what_is_proven_goes_out_and_nobody_is_blamed() -> None:
    made = make(Adapter(range(0, 64, 3)), feed(64), effort=Effort(tries=12))
    shown = {one.delivery_id for one in made.carried}
    assert made.documents
    assert not shown & set(range(0, 64, 3))
    assert made.undecided
    assert not made.undecided & set(made.left_out)
    assert shown | made.undecided | set(made.left_out) == set(range(64))


GOOD = Document("a.json", "application/json", b"{}", '"1"', NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: replace(d, body=b"{"),
        lambda d: replace(d, body=b'{"a": NaN}'),
        lambda d: replace(d, body=b'"\xff"'),
        lambda d: replace(d, body="chữ"),
        lambda d: replace(d, mime="application/rss+xml", body=b"<a>\x0b</a>"),
        lambda d: replace(d, mime="application/smil+xml; charset=utf-8", body=b"<a>&#11;</a>"),
        lambda d: replace(d, name="x" * 41),
        lambda d: replace(d, name=""),
        lambda d: replace(d, etag='"' + "x" * 90 + '"'),
        lambda d: replace(d, etag="ế"),
        lambda d: replace(d, modified=NOW.replace(tzinfo=None)),
        lambda d: replace(d, stale_at=NOW.replace(tzinfo=None)),
    ],
)
def test_what_no_reader_can_use_is_no_document(change: Callable[[Document], Document]) -> None:
    assert sound([GOOD], NOW) == (GOOD,)
    with pytest.raises(Exception, match=r"."):
        sound([change(GOOD)], NOW)


def test_no_documents_at_all_or_two_of_one_name_are_refused() -> None:
    for made in ([], [GOOD, GOOD]):
        with pytest.raises(NotADocument):
            sound(made, NOW)
