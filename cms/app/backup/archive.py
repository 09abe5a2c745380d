"""Backup and restore as one file that fits both databases: rows as JSON lines, pictures as they are.

Channel secrets stay encrypted in it, and the keys are not in it: they are kept apart by whoever runs the system.
"""

import base64
import hashlib
import json
import logging
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, Table, bindparam, func, insert, or_, select, text, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from channels import registry
from channels.contract import Transport
from channels.words import N_, Words
from cms.app.backup import archive_lines
from cms.app.backup.archive_lines import UNREADABLE, ArchiveLine, Broken
from cms.core.refusal import Conflict, Invalid
from cms.models import metadata
from cms.models.stories import Revision, SharedStory, Story
from cms.stories.editing.content import Content
from cms.stories.queries import search
from media.errors import Damaged, NotStored
from media.storage.store import Store
from scheduler.decisions.states import DeliveryState
from scheduler.followers import orders as followers
from scheduler.storage.database import writing
from scheduler.storage.tables import Channel, Delivery

log = logging.getLogger(__name__)

FORMAT = 1
BATCH = 500
MADE_ANEW = frozenset({"worker", "rate_bucket"})
"""Tables about running processes: they mean nothing on another day."""
BROKEN = N_("%(file)s không phải bản sao của Đa Kênh hoặc bị hỏng (%(why)s).")
OTHER_COUNT = N_("nói có %(said)s dòng nhưng có %(found)s")
TWICE_OR_LOOSE = N_("trùng với một dòng khác hoặc trỏ đến dòng không có")
DROPPED = N_("Bảng %(table)s, dòng %(line)s (%(columns)s): đã bỏ ký tự không lưu được.")


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
            with _without_damaged():
                archive.write(store.path(sha256), f"media/{sha256}", zipfile.ZIP_STORED)
        about = {"format": FORMAT, "schema": schema, "made_at": now.isoformat(), "rows": rows}
        archive.writestr("about.json", json.dumps(about))
    return rows


def restore(
    engine: Engine, store: Store, schema: str, file: Path, now: datetime, note: Callable[[Words], None] = lambda _: None
) -> int:
    """Fill an empty, migrated database from ``file`` in one transaction; return the number of rows.

    What was waiting to be sent when the copy was made may have gone out since: such deliveries are looked up at the
    provider before anything is sent again. Raise ``Invalid`` for a file that is none of ours or damaged, with the place
    of what is wrong, and ``Conflict`` for a database that holds something; nothing is changed then. ``note`` is told
    of every row that lost a sign which no database stores.
    """
    with _readable(file), zipfile.ZipFile(file) as archive:
        about = archive_lines.note(archive)
        if about.get("format") != FORMAT or about.get("schema") != schema:
            raise Invalid(
                N_("Bản sao thuộc phiên bản %(found)s, hệ thống này là %(expected)s; hãy dùng đúng phiên bản."),
                found=str(about.get("schema"))[:40], expected=schema,
            )  # fmt: skip
        with engine.connect() as connection:
            _refuse_unless_empty(connection)
        _restore_media(archive, store)
        with writing(engine) as connection:
            _refuse_unless_empty(connection)
            _check_files(archive)
            rows = sum(_fill(connection, archive, table, note) for table in _tables())
            if rows != about["rows"]:
                raise Broken("about.json", Words(OTHER_COUNT, {"said": about["rows"], "found": rows}))
            for table in _tables():
                _tie(connection, archive, table)
            _doubt_sends_since(connection, datetime.fromisoformat(about["made_at"]), now)
            followers.doubt(connection, datetime.fromisoformat(about["made_at"]), now)
            _set_sequences(connection)
            _index_stories(connection)
    return rows


@contextmanager
def _without_damaged() -> Iterator[None]:
    """Leave out a stored file that is not what its name says: with it the copy could not be restored at all."""
    try:
        yield
    except (Damaged, NotStored) as error:
        log.error("left out of the copy: %s", error)


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


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Put the file's name before whatever is wrong with it."""
    try:
        yield
    except OSError as error:
        raise Invalid(N_("Không đọc được %(file)s: %(why)s."), file=str(file), why=error.strerror) from None
    except Broken as broken:
        raise Invalid(BROKEN, file=file.name, why=broken.words) from None
    except UNREADABLE:
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


def _check_files(archive: zipfile.ZipFile) -> None:
    """Look at every stored file before anything is kept of the copy."""
    for name, data in archive_lines.files(archive):
        if hashlib.sha256(data).hexdigest() != name:
            raise Broken(f"media/{name}"[:90], Words(archive_lines.OTHER_BYTES))


def _restore_media(archive: zipfile.ZipFile, store: Store) -> None:
    for _name, data in archive_lines.files(archive):
        try:
            store.put(data)
        except OSError as error:
            raise Invalid(N_("Không ghi được tệp vào kho: %(why)s."), why=error.strerror) from None


def _refuse_unless_empty(connection: Connection) -> None:
    for table in _tables():
        if connection.scalar(select(func.count()).select_from(table)):
            raise Conflict(N_("Cơ sở dữ liệu đã có dữ liệu; hãy khôi phục vào một cơ sở dữ liệu trống."))


def _fill(connection: Connection, archive: zipfile.ZipFile, table: Table, note: Callable[[Words], None]) -> int:
    count, late = 0, dict.fromkeys(_late_references(table))
    for batch in _batches(archive, table):
        for line in batch:
            if line.dropped:
                note(Words(DROPPED, {"table": table.name, "line": line.number, "columns": ", ".join(line.dropped)}))
        _insert(connection, table, [(line.number, line.row | late) for line in batch])
        count += len(batch)
    return count


def _insert(connection: Connection, table: Table, rows: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Insert all at once; if the database refuses, find the row that it refuses."""
    try:
        with connection.begin_nested():
            connection.execute(insert(table), [row for _, row in rows])
    except (IntegrityError, DataError):
        for number, row in rows:
            _insert_one(connection, table, number, row)
        raise


def _insert_one(connection: Connection, table: Table, number: int, row: dict[str, Any]) -> None:
    try:
        with connection.begin_nested():
            connection.execute(insert(table), row)
    except IntegrityError:
        raise Broken(table.name, Words(TWICE_OR_LOOSE), number) from None
    except DataError:
        raise Broken(table.name, Words(archive_lines.NOT_JSON), number) from None


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
        known = [line for line in batch if any(line.row[name] is not None for name in late)]
        values = [{"_row": line.row["id"], **{f"_{name}": line.row[name] for name in late}} for line in known]
        for line, value in zip(known, values, strict=True):
            try:
                connection.execute(change, value)
            except IntegrityError:
                raise Broken(table.name, Words(TWICE_OR_LOOSE), line.number) from None


def _batches(archive: zipfile.ZipFile, table: Table) -> Iterator[list[ArchiveLine]]:
    batch: list[ArchiveLine] = []
    for line in archive_lines.lines(archive, table):
        batch.append(line)
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
    shared = select(SharedStory.story_id, Revision.content).join(Revision, Revision.id == SharedStory.revision_id)
    with Session(connection) as session:
        for story_id, content in connection.execute(newest).all():
            with archive_lines.reading(f"story {story_id}"):
                search.index(session, story_id, Content.model_validate(content))
        for story_id, content in connection.execute(shared).all():
            with archive_lines.reading(f"story {story_id}"):
                search.index_shared(session, story_id, Content.model_validate(content))
