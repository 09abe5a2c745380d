"""Looking through an installation: does every secret open, is every stored file whole, and what to do if not."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, select

from channels.contract import ChannelError
from channels.words import N_, Words
from cms.models.radio import ScriptVariant
from cms.models.stories import Asset
from media.errors import Damaged, MediaError, StoreAway
from media.storage.store import Store
from scheduler.storage.rows import CHANNEL, RENDITION, SECRET, is_as_kept
from scheduler.storage.vault import Keys

NO_KEY = N_(
    "Kênh “%(name)s”: không mở được mã bí mật vì khóa mã hóa không phải khóa cũ. Hãy đặt lại DAKENH_ENCRYPTION_KEY"
    " (hoặc DAKENH_SECRET_KEY) như trước; nếu đã mất khóa, hãy nhập lại mã bí mật ở trang của kênh."
)
FILE_GONE = N_("Thiếu tệp %(file)s của %(what)s; hãy khôi phục từ bản sao lưu hoặc tải tệp lên lại.")
FILE_OTHER = N_("Tệp %(file)s của %(what)s bị hỏng; hãy xóa rồi khôi phục từ bản sao lưu hoặc tải lên lại.")
FILE_AWAY = N_("Không đọc được tệp %(file)s của %(what)s: %(why)s; hãy xem kho tệp và quyền đọc.")
ROW_OTHER = N_(
    "Dữ liệu của %(what)s (kênh “%(name)s”) bị hỏng nên kênh không dùng; hãy khôi phục từ bản sao lưu hoặc phát hành"
    " lại tin."
)
PICTURE, SOUND, RENDERED = N_("ảnh “%(name)s”"), N_("bản âm thanh của tin, bài #%(id)s"), N_("bản phát hành #%(id)s")


def faults(engine: Engine, keys: Keys, store: Store) -> Iterator[Words]:
    """Yield one sentence for each secret that does not open, each rendition that is not what was kept, and each file
    that is missing or damaged.
    """
    with engine.connect() as connection:
        yield from _locked(connection, keys)
        yield from _changed(connection)
        wanted = dict(_files(connection))
    for sha256, what in sorted(wanted.items()):
        try:
            fault = _fault(store, sha256, what)
        except StoreAway as away:
            yield Words(away.text)
            return
        if fault:
            yield fault


def _locked(connection: Connection, keys: Keys) -> Iterator[Words]:
    boxes = select(CHANNEL.c.name, SECRET.c.box).join(SECRET, SECRET.c.channel_id == CHANNEL.c.id)
    for name, box in connection.execute(boxes.order_by(CHANNEL.c.id)):
        try:
            keys.open(bytes(box))
        except (ChannelError, ValueError, TypeError):
            yield Words(NO_KEY, {"name": name})


def _changed(connection: Connection) -> Iterator[Words]:
    """Renditions that are no longer what was kept; without those whose files alone are gone."""
    columns = (RENDITION.c.id, RENDITION.c.kind, RENDITION.c.document, RENDITION.c.files, RENDITION.c.sha256)
    joined = select(*columns, CHANNEL.c.name).join(CHANNEL, CHANNEL.c.id == RENDITION.c.channel_id)
    wanted = joined.order_by(RENDITION.c.id).execution_options(yield_per=500)
    for row in connection.execute(wanted):
        try:
            whole = is_as_kept(row)
        except (KeyError, TypeError, ValueError, RecursionError):
            whole = False
        if not whole:
            yield Words(ROW_OTHER, {"what": Words(RENDERED, {"id": row.id}), "name": row.name})


def _files(connection: Connection) -> Iterator[tuple[str, Words]]:
    """Every file that a row names, with what it is; frozen renditions first, so that a picture is told by its name."""
    for id_, files in connection.execute(select(RENDITION.c.id, RENDITION.c.files)):
        listed = [file.get("sha256") for file in files if isinstance(file, Mapping)] if isinstance(files, list) else []
        yield from ((name, Words(RENDERED, {"id": id_})) for name in listed if isinstance(name, str))
    sounds = select(ScriptVariant.story_id, ScriptVariant.audio_sha256).where(ScriptVariant.audio_sha256 != "")
    for story_id, sha256 in connection.execute(sounds):
        yield sha256, Words(SOUND, {"id": story_id})
    for name, sha256 in connection.execute(select(Asset.name, Asset.sha256)):
        yield sha256, Words(PICTURE, {"name": name})


def _fault(store: Store, sha256: str, what: Words) -> Words | None:
    told: dict[str, Any] = {"file": sha256[:12], "what": what}
    try:
        store.read(sha256, verify=True)
    except StoreAway:
        raise
    except MediaError as error:
        return Words(FILE_OTHER if isinstance(error, Damaged) else FILE_GONE, told)
    except OSError as error:
        return Words(FILE_AWAY, told | {"why": error.strerror or type(error).__name__})
    return None
