"""The content of a story as one immutable, validated value: what a revision stores and what adapters are given."""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from channels.contract import StoryKind
from channels.words import N_, Words
from cms.core.refusal import Invalid
from media.characters import clean


def _clean(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _line(value: object) -> object:
    cleaned = _clean(value)
    return " ".join(cleaned.split()) if isinstance(cleaned, str) else cleaned


def _text(value: object) -> object:
    cleaned = _clean(value)
    return cleaned.strip("\n") if isinstance(cleaned, str) else cleaned


def _plain(value: object) -> object:
    """Free JSON as a database keeps it: clean text throughout, and only numbers that JSON has."""
    if isinstance(value, dict):
        return {_clean(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("JSON has no such number")
    return _clean(value)


OneLine = Annotated[str, BeforeValidator(_line)]
Prose = Annotated[str, BeforeValidator(_text)]
Code = Annotated[str, BeforeValidator(_line), Field(max_length=120)]
Title = Annotated[OneLine, Field(max_length=300)]
Summary = Annotated[OneLine, Field(max_length=1_000)]
Body = Annotated[Prose, Field(max_length=100_000)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServiceFields(_Value):
    """What a notice introduces: name, web address, support phone, place."""

    name: Annotated[OneLine, Field(max_length=200)] = ""
    address: Annotated[OneLine, Field(max_length=300)] = ""
    hotline: Annotated[OneLine, Field(max_length=60)] = ""
    place: Annotated[OneLine, Field(max_length=300)] = ""


class VariantText(_Value):
    """An editor's own text for one channel kind; an empty field inherits the story's."""

    title: Title = ""
    summary: Summary = ""
    body: Body = ""

    @property
    def empty(self) -> bool:
        """Whether everything inherits."""
        return not (self.title or self.summary or self.body)


class PictureUse(_Value):
    """A stored picture as a story uses it. ``alt`` may be empty only when the picture is decorative."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    alt: Annotated[OneLine, Field(max_length=300)] = ""
    caption: Annotated[OneLine, Field(max_length=500)] = ""
    decorative: bool = False


class Content(_Value):
    """One story's whole content. Empty fields are fine while it is a draft; ``gaps`` tells what is missing."""

    kind: StoryKind = StoryKind.ARTICLE
    title: Title = ""
    summary: Summary = ""
    body: Body = ""
    byline: Annotated[OneLine, Field(max_length=120)] = ""
    column: Code = ""
    language: Annotated[str, Field(pattern=r"^[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "vi"
    topics: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    audiences: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    documents: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    service: ServiceFields = ServiceFields()
    variants: Annotated[Mapping[Code, VariantText], Field(max_length=20)] = Field(default_factory=dict)
    cover: PictureUse | None = None
    pictures: Annotated[tuple[PictureUse, ...], Field(max_length=40)] = ()
    infographic: Annotated[dict[str, Any] | None, BeforeValidator(_plain)] = None

    @property
    def sha256(self) -> str:
        """Hash of the canonical JSON; equal content has an equal hash."""
        text = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def variant(self, kind: str) -> VariantText:
        """The editor's own text for a channel kind; empty if there is none."""
        return self.variants.get(kind, VariantText())


FIELD_NAMES = {
    "title": N_("Tiêu đề"),
    "summary": N_("Sapo"),
    "body": N_("Nội dung"),
    "byline": N_("Bút danh"),
    "column": N_("Chuyên mục"),
    "language": N_("Ngôn ngữ"),
    "topics": N_("Chủ đề"),
    "audiences": N_("Đối tượng"),
    "documents": N_("Văn bản pháp luật"),
    "service": N_("Thông tin dịch vụ"),
    "variants": N_("Bản riêng cho kênh"),
    "cover": N_("Ảnh bìa"),
    "pictures": N_("Ảnh"),
    "infographic": N_("Infographic"),
    "kind": N_("Loại tin, bài"),
}


def parse(data: Mapping[str, Any]) -> Content:
    """Validate plain data; raise ``Invalid`` with one sentence that names the field and the limit."""
    try:
        return Content.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        name = FIELD_NAMES.get(field, field)
        if first["type"] in {"string_too_long", "too_long"}:
            raise Invalid(
                N_("%(name)s quá dài, tối đa %(limit)s; hãy rút gọn rồi lưu lại."),
                field=field,
                name=Words(name),
                limit=first["ctx"]["max_length"],
            ) from None
        raise Invalid(N_("%(name)s không hợp lệ; hãy kiểm tra rồi lưu lại."), field=field, name=Words(name)) from None


def gaps(content: Content) -> list[tuple[str, str]]:
    """What must be filled in before submission: pairs of field and Vietnamese sentence, in reading order."""
    found: list[tuple[str, str]] = []
    if not content.title:
        found.append(("title", N_("Tin, bài chưa có tiêu đề; hãy viết tiêu đề rồi gửi duyệt.")))
    if not content.column:
        found.append(("column", N_("Tin, bài chưa thuộc chuyên mục nào; hãy chọn chuyên mục.")))
    found += _gaps_of_kind(content)
    for picture in (content.cover, *content.pictures):
        if picture and not picture.alt and not picture.decorative:
            found.append(
                ("cover", N_("Ảnh chưa có mô tả; hãy mô tả ảnh cho người khiếm thị hoặc đánh dấu là ảnh trang trí."))
            )
            break
    return found


def _gaps_of_kind(content: Content) -> list[tuple[str, str]]:
    match content.kind:
        case StoryKind.ARTICLE if not content.body.strip():
            return [("body", N_("Bài chưa có nội dung; hãy viết nội dung rồi gửi duyệt."))]
        case StoryKind.INFOGRAPHIC if not (content.cover or content.infographic):
            return [("cover", N_("Infographic chưa có hình; hãy tải hình lên hoặc soạn các ô số liệu."))]
        case StoryKind.NOTICE if not (content.service.name and (content.service.hotline or content.service.address)):
            return [("service", N_("Thông tin ngắn cần tên dịch vụ và ít nhất địa chỉ hoặc đường dây nóng."))]
        case _:
            return []
