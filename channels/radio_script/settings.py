"""What an admin sets for the scripts of one station."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from channels.radio_script.reading import EntryData, LayerData, Lexicon, built_in, layered
from channels.radio_script.script import Priority
from channels.radio_script.speech.length import DEFAULT
from channels.words import N_


def entries(text: str) -> dict[str, str]:
    """Return the lines "viết tắt = cách đọc" of ``text``; raise ``ValueError`` naming a line that is not one."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        written, joint, say = (part.strip() for part in line.partition("="))
        if not (written and joint and say):
            raise ValueError(f"dòng {number} phải có dạng: viết tắt = cách đọc")
        found[written] = say
    return found


def _entries(text: str) -> str:
    entries(text)
    return text


def own_layer(text: str) -> tuple[LayerData, ...]:
    """Return the lines of ``text`` as a layer; none if there are no lines."""
    own = entries(text)
    if not own:
        return ()
    labels = {written.lower(): say for written, say in own.items() if written.islower()}
    abbreviations: dict[str, str | list[EntryData]] = dict(own)
    return (LayerData(abbreviations=abbreviations, labels=labels),)


class Settings(BaseModel):
    """Settings of one radio channel. Texts may hold ``{programme}`` and ``{station}``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    programme: str = Field(
        "Chuyển đổi số",
        min_length=1,
        max_length=120,
        title=N_("Tên chuyên mục phát thanh"),
        description=N_("In ở đầu kịch bản và đọc trong lời chào."),
    )
    station: str = Field(
        "",
        max_length=160,
        title=N_("Tên đài, trung tâm"),
        description=N_("Ví dụ: Trung tâm Văn hóa, Thông tin và Truyền thanh. Để trống để dùng tên đơn vị của tin."),
    )
    greeting: str = Field(
        "Kính chào quý vị và bà con! Mời quý vị và bà con nghe chuyên mục {programme} của {station}.",
        max_length=500,
        title=N_("Lời chào"),
        description=N_("{programme} là tên chuyên mục, {station} là tên đài. Để trống nếu không chào."),
    )
    closing: str = Field(
        "Chuyên mục {programme} đến đây là hết. Cảm ơn quý vị và bà con đã lắng nghe!",
        max_length=500,
        title=N_("Lời kết"),
        description=N_("Để trống nếu không có lời kết."),
    )
    tune_seconds: int = Field(
        10, ge=0, le=60, title=N_("Nhạc hiệu (giây)"), description=N_("Tính cho mỗi lần, đầu và cuối chương trình.")
    )
    dialect: Literal["north", "south"] = Field(
        "north",
        title=N_("Cách đọc số"),
        description=N_("north: nghìn, linh, hai mươi tư. south: ngàn, lẻ, hai mươi bốn."),
    )
    syllables_per_second: float = Field(
        DEFAULT,
        ge=2.5,
        le=7,
        title=N_("Tốc độ đọc (tiếng mỗi giây)"),
        description=N_("Chậm 3,7; bình thường 4,2; nhanh 4,7. Đo một lần đọc thật để có số của đài mình."),
    )
    slot_minutes: float = Field(
        5,
        ge=0,
        le=60,
        title=N_("Khung phát (phút)"),
        description=N_("Cảnh báo khi kịch bản dài hơn khung này. Đặt 0 nếu không giới hạn."),
    )
    priority: Priority = Field(
        Priority.NORMAL,
        title=N_("Loại bản tin"),
        description=N_("thong_thuong: thông thường; uu_tien: ưu tiên; khan_cap: khẩn cấp, phát ngay."),
    )
    read_title: bool = Field(
        True, title=N_("Đọc tiêu đề"), description=N_("Tắt đi nếu phát thanh viên tự dẫn vào tin.")
    )
    read_summary: bool = Field(True, title=N_("Đọc sapo"), description=N_("Đọc sapo trước nội dung."))
    repeat_phones: bool = Field(
        True, title=N_("Nhắc lại số điện thoại"), description=N_("Cuối tin đọc chậm mỗi số điện thoại hai lần.")
    )
    lexicon: Annotated[str, AfterValidator(_entries)] = Field(
        "",
        max_length=20_000,
        title=N_("Từ điển cách đọc của đài"),
        description=N_("Mỗi dòng một mục: viết tắt = cách đọc. Được dùng trước từ điển chung."),
        json_schema_extra={"format": "textarea"},
    )

    def readings(self) -> Lexicon:
        """Return the built-in lexicon with the station's own entries on top."""
        return layered(built_in(), own_layer(self.lexicon))

    def reading_rate(self) -> float:
        """Return syllables a second."""
        return self.syllables_per_second


class StationSettings(Settings):
    """Settings with what the newsroom knows of the station's unit beyond the channel's own form.

    ``layers`` are the lexicons of the units above it and of the unit itself, in this order; ``rate`` was timed and goes
    before the number in the form; ``measured`` are the rates of the slowest and the fastest presenter.
    """

    layers: tuple[LayerData, ...] = ()
    rate: float | None = None
    measured: tuple[float, float] | None = None

    def readings(self) -> Lexicon:
        """Return the built-in lexicon, the units' on top of it, and the channel's own entries on top of all."""
        return layered(built_in(), (*self.layers, *own_layer(self.lexicon)))

    def reading_rate(self) -> float:
        """Return the timed rate, or what the form says."""
        return self.rate or self.syllables_per_second
