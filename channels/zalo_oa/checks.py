"""What stops or hurts a piece on Zalo, said before approval; no picture is read and nothing is fetched."""

from collections.abc import Iterator

from channels.contract import Finding, Picture, Piece, Severity, StoryKind
from channels.document import findings
from channels.words import N_, Words
from channels.zalo_oa.api.addresses import can_be_fetched
from channels.zalo_oa.articles.article import Draft, draft
from channels.zalo_oa.articles.body import PicturePart
from channels.zalo_oa.articles.cuts import DESCRIPTION_LIMIT, TITLE_LIMIT
from channels.zalo_oa.articles.pictures import can_be_remade, is_welcome
from channels.zalo_oa.settings import Settings

LONG_BODY = 10_000
"""Characters; at least one client cuts longer articles."""
BODY_MAX = 50_000
"""Characters. Zalo publishes no limit; far beyond any news article, and refused before approval rather than after."""

KINDS = frozenset({StoryKind.ARTICLE, StoryKind.INFOGRAPHIC, StoryKind.NOTICE})


def check(piece: Piece, settings: Settings) -> tuple[Finding, ...]:
    """Return every finding, in the order of the editor's fields."""
    made = draft(piece, settings)
    return (
        *_kind(piece),
        *_title(piece, made),
        *_summary(piece, made),
        *_body(piece, made),
        *_author(made),
        *_pictures(piece, made, settings),
        *findings.of(piece, strikes=False),
    )


def _error(where: str, message: Words, remedy: str, **values: object) -> Finding:
    return Finding(Severity.ERROR, where, message, Words(remedy, values))


def _warning(where: str, message: Words, remedy: str, **values: object) -> Finding:
    return Finding(Severity.WARNING, where, message, Words(remedy, values))


def _kind(piece: Piece) -> Iterator[Finding]:
    if piece.kind not in KINDS:
        message = Words(N_("Khẩu hiệu không đăng thành bài trên Zalo."))
        yield _error("kind", message, N_("Bỏ chọn kênh Zalo hoặc viết thành tin."))


def _title(_piece: Piece, made: Draft) -> Iterator[Finding]:
    if not made.title.text:
        yield _error("title", Words(N_("Tin chưa có tiêu đề.")), N_("Hãy viết tiêu đề."))
    if made.title.was_cut:
        values = {"length": made.title.length, "cut": made.title.text}
        message = Words(N_("Tiêu đề dài %(length)s ký tự, trên Zalo chỉ còn: “%(cut)s”"), values)
        yield _warning("title", message, N_("Viết tiêu đề riêng cho Zalo, tối đa %(limit)s ký tự."), limit=TITLE_LIMIT)


def _summary(piece: Piece, made: Draft) -> Iterator[Finding]:
    if not made.description.text:
        yield _error("summary", Words(N_("Zalo cần đoạn mô tả mà tin chưa có sapo.")), N_("Hãy viết sapo."))
    elif not piece.summary.strip():
        message = Words(N_("Tin chưa có sapo, Zalo sẽ dùng: “%(text)s”"), {"text": made.description.text})
        yield _warning("summary", message, N_("Hãy viết sapo, tối đa %(limit)s ký tự."), limit=DESCRIPTION_LIMIT)
    elif made.description.was_cut:
        values = {"length": made.description.length, "cut": made.description.text}
        message = Words(N_("Sapo dài %(length)s ký tự, trên Zalo chỉ còn: “%(cut)s”"), values)
        remedy = N_("Viết sapo riêng cho Zalo, tối đa %(limit)s ký tự.")
        yield _warning("summary", message, remedy, limit=DESCRIPTION_LIMIT)


def _body(_piece: Piece, made: Draft) -> Iterator[Finding]:
    size = made.body.length
    if not made.body.parts:
        yield _error("body", Words(N_("Bài chưa có nội dung.")), N_("Hãy viết nội dung."))
    elif size > BODY_MAX:
        values = {"length": _thousands(size), "limit": _thousands(BODY_MAX)}
        message = Words(N_("Nội dung dài %(length)s ký tự, kênh Zalo nhận tối đa %(limit)s."), values)
        yield _error("body", message, N_("Viết bản ngắn hơn cho Zalo và dẫn liên kết tới bài đầy đủ."))
    elif size > LONG_BODY:
        message = Words(N_("Nội dung dài %(length)s ký tự, ít người đọc hết trên Zalo."), {"length": _thousands(size)})
        yield _warning("body", message, N_("Viết bản ngắn hơn cho Zalo và dẫn liên kết tới bài đầy đủ."))
    for url in made.body.foreign:
        message = Words(N_("Ảnh %(url)s không nằm trong kho ảnh nên bị bỏ khỏi bài trên Zalo."), {"url": url})
        yield _warning("body", message, N_("Tải ảnh lên kho rồi chèn lại vào bài."))


def _author(made: Draft) -> Iterator[Finding]:
    if not made.author:
        message = Words(N_("Zalo cần tên tác giả."))
        yield _error("byline", message, N_("Ghi tên tác giả, hoặc đặt tác giả mặc định trong cấu hình kênh."))


def _pictures(piece: Piece, made: Draft, settings: Settings) -> Iterator[Finding]:
    if made.cover is None and not settings.default_cover:
        message = Words(N_("Zalo không nhận bài không có ảnh bìa."))
        yield _error("cover", message, N_("Thêm ảnh cho tin, hoặc đặt ảnh bìa mặc định trong cấu hình kênh."))
    if made.cover is None and settings.default_cover:
        yield from _address("cover", settings.default_cover, settings)
    if piece.kind is StoryKind.INFOGRAPHIC and not any(isinstance(part, PicturePart) for part in made.body.parts):
        yield _error("pictures", Words(N_("Infographic chưa có ảnh.")), N_("Tải ảnh infographic lên."))
    if made.cover is not None:
        yield from _picture("cover" if piece.cover else "pictures", made.cover, settings)
    seen = {made.cover.sha256} if made.cover else set()
    for part in made.body.parts:
        if isinstance(part, PicturePart) and part.picture.sha256 not in seen:
            seen.add(part.picture.sha256)
            yield from _picture("pictures", part.picture, settings)


def _picture(where: str, picture: Picture, settings: Settings) -> Iterator[Finding]:
    yield from _address(where, picture.url, settings)
    if is_welcome(picture):
        return
    values = {"name": picture.alt or picture.caption or picture.sha256[:8], "size": _megabytes(picture.size)}
    if can_be_remade(picture):
        message = Words(N_("Ảnh “%(name)s” (%(size)s MB) sẽ được chuyển thành JPEG dưới 1 MB cho Zalo."), values)
        yield _warning(where, message, N_("Xem lại ảnh ở bản xem trước; nếu bị mờ, hãy tải lên ảnh nhẹ hơn."))
    else:
        message = Words(N_("Ảnh “%(name)s” (%(size)s MB) không phải JPEG hoặc PNG dưới 1 MB."), values)
        yield _error(where, message, N_("Tải lên ảnh JPEG hoặc PNG dưới 1 MB."))


def _address(where: str, url: str, settings: Settings) -> Iterator[Finding]:
    if not can_be_fetched(url, settings.api_url):
        message = Words(N_("Zalo không mở được ảnh ở địa chỉ %(url)s."), {"url": url})
        yield _error(where, message, N_("Quản trị viên đặt DAKENH_PUBLIC_URL là địa chỉ mà internet mở được."))
    elif url.startswith("http:") and not settings.simulated:
        message = Words(N_("Ảnh ở địa chỉ %(url)s không dùng https nên Zalo có thể không mở."), {"url": url})
        yield _warning(where, message, N_("Quản trị viên đặt DAKENH_PUBLIC_URL là địa chỉ https."))


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}".replace(".", ",")
