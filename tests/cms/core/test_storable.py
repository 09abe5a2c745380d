"""A value that its column cannot hold is refused in one sentence, the same on both databases."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import BigInteger, Integer, SmallInteger, String, Text

from cms.core import storable
from cms.core.database import changing
from cms.core.refusal import Invalid
from cms.models.people import Unit
from scheduler.storage.base import JsonColumn


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        (String(5), "năm c", True), (String(5), "sáu chữ", False), (Text(), "x" * 100_000, True),
        (Text(), "a\x00b", False), (String(5), "\ud800", False), (Integer(), 2**31 - 1, True),
        (Integer(), 2**31, False), (Integer(), -(2**31) - 1, False), (SmallInteger(), 40_000, False),
        (BigInteger(), 2**40, True), (BigInteger(), 2**63, False), (Integer(), True, True),
        (Integer(), 10**400, False),
        (JsonColumn, {"a": ["b"]}, True), (JsonColumn, {"a": ["\x00"]}, False), (JsonColumn, {"\udfff": 1}, False),
        (String(5), None, True),
    ],
)  # fmt: skip
def test_a_column_holds_what_it_can(kind: Any, value: object, fits: bool) -> None:
    assert (storable.fault_of(kind, value) is None) is fits


def test_a_session_refuses_before_the_database_does(app: Flask) -> None:
    with pytest.raises(Invalid) as refused, changing() as session:
        session.add(Unit(code="x" * 81, name="Tên", path="/", groups=[]))
    assert refused.value.field == "code"
    assert "80" in str(refused.value)
    with pytest.raises(Invalid), changing() as session:
        session.add(Unit(code="x", name="a\x00b", path="/", groups=[]))


def test_a_row_that_was_stored_too_long_can_still_be_changed(app: Flask) -> None:
    with changing() as session:
        made = Unit(code="x", name="Tên", path="/", groups=[])
        session.add(made)
    made.__dict__["code"] = "x" * 200  # as SQLite took it before
    with changing() as session:
        found = session.merge(made, load=False)
        found.name = "Tên khác"
