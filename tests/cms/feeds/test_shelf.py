"""The shelf answers from memory only while the database says that nothing has changed, in every thread."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, delete, event, update

from cms.feeds.document_cache import DocumentCache
from scheduler.storage.database import open_engine, writing
from scheduler.storage.rows import CHANNEL, DOCUMENT

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture
def shelf(engine: Engine) -> DocumentCache:
    """A shelf on which lies one document of one portal channel."""
    with writing(engine) as connection:
        connection.execute(
            CHANNEL.insert().values(
                id=1, kind="portal_rss", slug="bao", name="Báo", unit_id=1, settings={}, weekly_slots=[],
                created_at=NOW, active=True, medium="", late_policy="within", late_minutes=60, health="ok",
                health_words="", version=0,
            )
        )  # fmt: skip
        connection.execute(
            DOCUMENT.insert().values(
                channel_id=1, name="rss", mime="a/b", body=b"first", etag='"1"', modified=NOW, version=0
            )
        )
    return DocumentCache(engine)


def body(shelf: DocumentCache) -> bytes | None:
    """What the shelf holds."""
    found = shelf.find("portal_rss", "bao", "rss")
    return found.body if found else None


def replace_elsewhere(url: str, text: bytes) -> None:
    """Change the document over a connection of another engine."""
    other = open_engine(url)
    with writing(other) as connection:
        connection.execute(update(DOCUMENT).values(body=text))
    other.dispose()


def test_a_change_on_any_connection_is_seen_at_the_next_look(shelf: DocumentCache, engine: Engine, url: str) -> None:
    assert body(shelf) == b"first"
    replace_elsewhere(url, b"second")
    assert body(shelf) == b"second"
    with writing(engine) as connection:
        connection.execute(delete(DOCUMENT))
    assert body(shelf) is None
    shelf.close()


def test_what_was_not_there_is_found_once_it_is(shelf: DocumentCache, url: str) -> None:
    assert shelf.find("portal_rss", "bao", "atom") is None
    other = open_engine(url)
    with writing(other) as connection:
        connection.execute(update(DOCUMENT).values(name="atom"))
    other.dispose()
    assert shelf.find("portal_rss", "bao", "atom") is not None
    shelf.close()


def test_every_thread_sees_the_change(shelf: DocumentCache, url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: body(shelf), range(12))) == [b"first"] * 12
        replace_elsewhere(url, b"second")
        assert list(threads.map(lambda _: body(shelf), range(12))) == [b"second"] * 12
        list(threads.map(lambda _: shelf.close(), range(4)))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_nothing_is_read_again_while_nothing_has_changed(shelf: DocumentCache, engine: Engine) -> None:
    statements: list[str] = []
    body(shelf)
    event.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    assert [body(shelf) for _ in range(5)] == [b"first"] * 5
    assert statements == []
    shelf.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_pages_keep_their_connections(shelf: DocumentCache, engine: Engine) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: body(shelf), range(64)))
        assert engine.pool.status().endswith("Current Checked out connections: 0")
        list(threads.map(lambda _: shelf.close(), range(64)))


def test_a_document_is_found_only_below_its_own_address(shelf: DocumentCache) -> None:
    assert shelf.find("led_board", "bao", "rss") is None
    assert shelf.find("portal_rss", "khac", "rss") is None
    shelf.close()
