"""Backup and restore as one file that fits both databases: rows as JSON lines, pictures as they are.

Channel secrets stay encrypted in it, and the keys are not in it: they are kept apart by whoever runs the system.
"""

import base64
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, LargeBinary, Table, bindparam, func, insert, or_, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from channels import registry
from channels.contract import Transport
from channels.words import N_
from cms.refusal import Conflict, Invalid
from cms.stories import search
from cms.stories.content import Content
from cms.stories.tables import Revision, Story
from cms.tables import metadata
from media.store import Store
from scheduler.base import UtcDateTime
from scheduler.database import writing
from scheduler.followers import desk as followers
from scheduler.states import DeliveryState
from scheduler.tables import Channel, Delivery

FORMAT = 1
BATCH = 500
MADE_ANEW = frozenset({"worker", "rate_bucket"})
"""Tables about running processes: they mean nothing on another day."""


def backup(engine: Engine, store: Store, schema: str, file: Path, now: datetime) -> int:
    """Write everything to ``file`` from one snapshot; return the number of rows. The file appears whole or not."""
    rows = 0
    with _whole(file) as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        with _snapshot(engine) as connection:
            for table in _tables():
                with archive.open(f"rows/{table.name}.jsonl", "w", force_zip64=True) as out:
                    for row in connection.execution_options(yield_per=BATCH).execute(select(table)).mappings():
                        out.write(json.dumps(_plain(dict(row)), ensure_ascii=False).encode() + b"\n")
                        rows += 1
        for sha256 in store:
            archive.write(store.path(sha256), f"media/{sha256}", zipfile.ZIP_STORED)
        about = {"format": FORMAT, "schema": schema, "made_at": now.isoformat(), "rows": rows}
        archive.writestr("about.json", json.dumps(about))
    return rows


def restore(engine: Engine, store: Store, schema: str, file: Path, now: datetime) -> int:
    """Fill an empty, migrated database from ``file`` in one transaction; return the number of rows.

    What was waiting to be sent when the copy was made may have gone out since: such deliveries are looked up at the
    provider before anything is sent again. Raise ``Invalid`` for a file that is none of ours or damaged and
    ``Conflict`` for a database that holds something; nothing is changed then.
    """
    with _readable(file), zipfile.ZipFile(file) as archive:
        about = json.loads(archive.read("about.json"))
        if about.get("format") != FORMAT or about.get("schema") != schema:
            raise Invalid(
                N_("Bản sao thuộc phiên bản %(found)s, hệ thống này là %(expected)s; hãy dùng đúng phiên bản."),
                found=about.get("schema"), expected=schema,
            )  # fmt: skip
        with writing(engine) as connection:
            _refuse_unless_empty(connection)
            rows = sum(_fill(connection, archive, table) for table in _tables())
            if rows != about["rows"]:
                raise ValueError(f"{rows} rows instead of {about['rows']}")
            for table in _tables():
                _tie(connection, archive, table)
            _doubt_sends_since(connection, datetime.fromisoformat(about["made_at"]), now)
            followers.doubt(connection, datetime.fromisoformat(about["made_at"]), now)
            _set_sequences(connection)
            _index_stories(connection)
            _restore_media(archive, store)
    return rows


@contextmanager
def _whole(file: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name only once it is complete and on the disk; its owner alone may read it."""
    part = file.with_name(file.name + ".part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            yield raw
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Invalid(N_("Không ghi được %(file)s: %(why)s."), file=str(file), why=error.strerror) from None
    except BaseException:
        part.unlink(missing_ok=True)
        raise


BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, AttributeError, DBAPIError)
"""What reading, understanding or storing a foreign or damaged copy can end in."""


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Turn whatever is wrong with the copy into one sentence."""
    try:
        yield
    except OSError as error:
        raise Invalid(N_("Không đọc được %(file)s: %(why)s."), file=str(file), why=error.strerror) from None
    except BROKEN:
        raise Invalid(N_("%(file)s không phải bản sao của Đa Kênh hoặc bị hỏng."), file=file.name) from None


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in MADE_ANEW]


def _snapshot(engine: Engine) -> Any:
    level = "REPEATABLE READ" if engine.dialect.name == "postgresql" else None
    return engine.connect().execution_options(isolation_level=level) if level else engine.connect()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in row.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return value


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {column.name: _typed_value(column.type, row.get(column.name)) for column in table.columns}


def _typed_value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    return date.fromisoformat(value) if getattr(kind, "python_type", None) is date else value


def _restore_media(archive: zipfile.ZipFile, store: Store) -> None:
    for name in archive.namelist():
        if name.startswith("media/") and store.put(archive.read(name)).sha256 != name.removeprefix("media/"):
            raise ValueError(f"{name} holds other bytes than it says")


def _refuse_unless_empty(connection: Connection) -> None:
    for table in _tables():
        if connection.scalar(select(func.count()).select_from(table)):
            raise Conflict(N_("Cơ sở dữ liệu đã có dữ liệu; hãy khôi phục vào một cơ sở dữ liệu trống."))


def _fill(connection: Connection, archive: zipfile.ZipFile, table: Table) -> int:
    count = 0
    late = _late_references(table)
    for batch in _batches(archive, table):
        connection.execute(insert(table), [row | dict.fromkeys(late) for row in batch])
        count += len(batch)
    return count


def _late_references(table: Table) -> list[str]:
    """Columns that point at a row which may be filled in later: in the same table, or in one that points back."""
    return [
        column.name
        for column in table.columns
        for key in column.foreign_keys
        if column.nullable and (key.column.table is table or key.constraint is None or key.constraint.use_alter)
    ]


def _tie(connection: Connection, archive: zipfile.ZipFile, table: Table) -> None:
    """Fill in the late references, now that every row is there."""
    late = _late_references(table)
    if not late:
        return
    change = update(table).where(table.c.id == bindparam("_row")).values({name: bindparam(f"_{name}") for name in late})
    for batch in _batches(archive, table):
        known = [row for row in batch if any(row[name] is not None for name in late)]
        if known:
            connection.execute(
                change, [{"_row": row["id"], **{f"_{name}": row[name] for name in late}} for row in known]
            )


def _batches(archive: zipfile.ZipFile, table: Table) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    with archive.open(f"rows/{table.name}.jsonl") as lines:
        for line in lines:
            batch.append(_typed(table, json.loads(line)))
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _doubt_sends_since(connection: Connection, made_at: datetime, now: datetime) -> None:
    push = [kind for kind in registry.KINDS if registry.adapter(kind).transport is Transport.PUSH]
    connection.execute(
        update(Delivery)
        .where(
            Delivery.state.in_((DeliveryState.SCHEDULED, DeliveryState.SENDING)),
            or_(Delivery.next_at <= now, Delivery.lease_owner.is_not(None)),
            Delivery.called_at.is_(None),
            Delivery.channel_id.in_(select(Channel.id).where(Channel.kind.in_(push))),
        )
        .values(called_at=made_at, state=DeliveryState.SENDING)
    )


def _set_sequences(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        key = table.autoincrement_column
        if key is not None:
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', '{key.name}'),"  # noqa: S608
                    f' COALESCE((SELECT MAX({key.name}) FROM "{table.name}"), 0) + 1, false)'
                )
            )


def _index_stories(connection: Connection) -> None:
    """Make the stories findable: the search tables differ by database and are not in the copy."""
    newest = select(Story.id, Revision.content).join(Revision, Revision.id == Story.current_id)
    with Session(connection) as session:
        for story_id, content in connection.execute(newest).all():
            search.index(session, story_id, Content.model_validate(content))
