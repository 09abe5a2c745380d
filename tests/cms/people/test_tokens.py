"""Tokens of machines: shown once, kept as a hash, good until their end and for nobody who has left."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from cms.core import access_keys
from cms.core.database import changing, db
from cms.core.refusal import Invalid, NotFound
from cms.models import metadata
from cms.models.audit import AuditEntry
from cms.models.people import ApiToken, Person
from cms.people.accounts import tokens
from tests.cms import newsroom
from tests.cms.newsroom import Newsroom
from tests.conftest import SUNDAY

YEAR = timedelta(days=365)


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


def made(
    house: Newsroom, *, life: timedelta | None = YEAR, name: str = "Đài xã", scopes: tuple[str, ...] = ("radio:read",)
) -> str:
    """A token of the editor."""
    with changing() as session:
        someone = session.get_one(Person, house.editor.id)
        return tokens.create(
            session, newsroom.actor(house.editor), someone, name=name, scopes=scopes,
            expires_at=SUNDAY + life if life else None, now=SUNDAY,
        )  # fmt: skip


def row() -> ApiToken:
    """The one token there is."""
    return db.session.scalars(select(ApiToken)).one()


def test_a_token_is_long_random_and_recognisable(house: Newsroom) -> None:
    first, second = made(house), made(house)
    assert first != second
    assert first.startswith("dk_")
    assert len(first) == 46


def test_the_database_holds_only_its_hash(house: Newsroom) -> None:
    token = made(house)
    kept = [repr(found) for table in metadata.sorted_tables for found in db.session.execute(select(table))]
    assert any(access_keys.digest(token) in found for found in kept)
    assert not any(token[3:] in found for found in kept)


def test_it_is_found_by_its_value_and_by_nothing_else(house: Newsroom) -> None:
    token = made(house)
    found = tokens.find(db.session(), token, SUNDAY)
    assert found is not None
    assert found.person.username == house.editor.username
    for other in ("", "dk_", token[:-1], token + "0", token.upper(), row().hash, "ñ" * 5000):
        assert tokens.find(db.session(), other, SUNDAY) is None


@pytest.mark.parametrize(
    ("life", "after", "good"),
    [
        (YEAR, YEAR - timedelta(seconds=1), True),
        (YEAR, YEAR, False),
        (YEAR, 2 * YEAR, False),
        (None, 100 * YEAR, True),
    ],
)
def test_it_ends_at_its_time(house: Newsroom, life: timedelta | None, after: timedelta, good: bool) -> None:
    token = made(house, life=life)
    assert (tokens.find(db.session(), token, SUNDAY + after) is not None) is good


def test_a_revoked_one_is_dead_at_once_and_keeps_its_first_end(house: Newsroom) -> None:
    token = made(house)
    for hours in (1, 5):
        with changing() as session:
            me = newsroom.actor(house.editor)
            tokens.revoke(session, me, row().id, house.editor.id, SUNDAY + timedelta(hours=hours))
    assert tokens.find(db.session(), token, SUNDAY) is None
    assert row().revoked_at == SUNDAY + timedelta(hours=1)


def test_nobody_ends_a_token_of_somebody_else(house: Newsroom) -> None:
    token = made(house)
    with pytest.raises(NotFound), changing() as session:
        tokens.revoke(session, newsroom.actor(house.lead), row().id, house.lead.id, SUNDAY)
    with pytest.raises(NotFound), changing() as session:
        tokens.revoke(session, newsroom.actor(house.editor), 999, house.editor.id, SUNDAY)
    assert tokens.find(db.session(), token, SUNDAY) is not None


def test_who_has_left_has_no_token(house: Newsroom) -> None:
    token = made(house)
    with changing() as session:
        session.get_one(Person, house.editor.id).active = False
    assert tokens.find(db.session(), token, SUNDAY) is None


@pytest.mark.parametrize("scopes", [(), ("everything",), ("radio:read", "everything"), ("",)])
def test_a_token_for_nothing_or_for_what_does_not_exist_is_not_made(house: Newsroom, scopes: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as caught:
        made(house, scopes=scopes)
    assert caught.value.field == "scopes"
    assert db.session.scalars(select(ApiToken)).all() == []


def test_it_needs_a_name_to_be_recognised_by(house: Newsroom) -> None:
    with pytest.raises(Invalid) as caught:
        made(house, name="  ")
    assert caught.value.field == "name"
    made(house, name=" Đài truyền thanh " + "x" * 200)
    assert row().name.startswith("Đài truyền thanh x")
    assert len(row().name) == 120


def test_scopes_are_kept_once_and_in_order(house: Newsroom) -> None:
    made(house, scopes=("radio:write", "radio:read", "radio:write"))
    assert row().scopes == ["radio:read", "radio:write"]


def test_making_and_ending_are_on_record(house: Newsroom) -> None:
    made(house)
    with changing() as session:
        tokens.revoke(session, newsroom.actor(house.editor), row().id, house.editor.id, SUNDAY)
    done = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject == "token").order_by(AuditEntry.id))
    assert list(done) == ["token.create", "token.revoke"]
