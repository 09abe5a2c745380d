"""What a column can hold, told in one sentence before the database refuses it or, worse, only one kind of it does.

SQLite takes a text of any length and a number of 64 bits where PostgreSQL takes neither. Whatever a session writes is
looked at here, so that both refuse alike and whoever typed it is told what is too long.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Integer, SmallInteger, String, Table, inspect
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from channels.words import N_, Words
from cms.core.refusal import Invalid
from media.characters import clean_values, storable

TOO_LONG = N_("“%(start)s…” dài quá: chỗ này giữ được tối đa %(limit)s ký tự; hãy rút gọn.")
TOO_LARGE = N_("Số này lớn quá: chỗ này giữ được tối đa %(limit)s; hãy nhập lại.")
UNFIT = N_("Chữ ở đây có ký tự không lưu được; hãy xóa ký tự lạ rồi thử lại.")
BITS = {SmallInteger: 15, Integer: 31, BigInteger: 63}


def watch(session: Session, _context: object, _instances: object) -> None:
    """Raise ``Invalid`` for a value that its column cannot hold; a listener for ``before_flush``."""
    for row in (*session.new, *session.dirty):
        state = inspect(row)
        changed = state.dict if row in session.new else state.committed_state
        for name, column in state.mapper.columns.items():
            if name in changed and (fault := fault_of(column.type, state.dict.get(name))):
                raise Invalid(fault.text, field=name, **fault.values)


def faults(table: Table, row: Mapping[str, Any]) -> Iterator[tuple[str, Words]]:
    """Yield the columns of ``table`` that cannot hold what ``row`` has for them, each with the reason."""
    for column in table.columns:
        if fault := fault_of(column.type, row.get(column.name)):
            yield column.name, fault


def fault_of(kind: Any, value: object) -> Words | None:
    """Return why a column of type ``kind`` cannot hold ``value``; None if it can."""
    if isinstance(value, str):
        return _fault_of_text(kind, value)
    if isinstance(value, int) and isinstance(kind, Integer) and not isinstance(value, bool):
        bits = next(BITS[one] for one in type(kind).__mro__ if one in BITS)
        if not -(2**bits) <= value < 2**bits:
            return Words(TOO_LARGE, {"limit": 2**bits - 1})
    return Words(UNFIT) if isinstance(value, dict | list) and clean_values(value, storable) != value else None


def _fault_of_text(kind: Any, value: str) -> Words | None:
    limit = kind.length if isinstance(kind, String) else None
    if limit is not None and len(value) > limit:
        return Words(TOO_LONG, {"start": storable(value)[:30], "limit": limit})
    return Words(UNFIT) if storable(value) != value else None
