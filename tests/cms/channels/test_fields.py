"""Forms made from settings models: every kind's own, and every shape a next kind may bring."""

from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, Field

from channels import registry
from cms.channels.fields import PREFIX, Widget, fields, read, typed
from cms.channels.problems import sentence


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def _even(value: int) -> int:
    if value % 2:
        raise ValueError("phải là số chẵn")
    return value


class Part(BaseModel):
    name: str


class Shapes(BaseModel):
    """One field of each shape."""

    name: str = Field(max_length=10, title="Tên", description="Bắt buộc")
    note: str = Field("", max_length=5_000)
    count: Annotated[int, AfterValidator(_even)] = Field(4, ge=2, le=10)
    ratio: float = Field(0.5, gt=0)
    on: bool = True
    mode: Literal["a", "b"] = "a"
    colour: Colour = Colour.BLUE
    tags: tuple[str, ...] = ()
    maybe: int | None = None
    parts: list[Part] = []


def form(**values: str) -> dict[str, str]:
    return {PREFIX + name: value for name, value in values.items()}


def test_each_shape_gets_its_control() -> None:
    assert {field.name: field.widget for field in fields(Shapes)} == {
        "name": Widget.TEXT, "note": Widget.LONG_TEXT, "count": Widget.NUMBER, "ratio": Widget.NUMBER,
        "on": Widget.CHECK, "mode": Widget.CHOICE, "colour": Widget.CHOICE, "tags": Widget.LINES,
        "maybe": Widget.NUMBER, "parts": Widget.JSON,
    }  # fmt: skip


def test_defaults_stand_in_the_controls() -> None:
    shown = {field.name: field for field in fields(Shapes)}
    assert {name: field.value for name, field in shown.items()} == {
        "name": "", "note": "", "count": "4", "ratio": "0.5", "on": "true", "mode": "a", "colour": "blue", "tags": "",
        "maybe": "", "parts": "",
    }  # fmt: skip
    assert (shown["name"].required, shown["note"].required) == (True, False)
    assert shown["colour"].choices == ("red", "blue")
    assert (shown["count"].minimum, shown["count"].maximum, shown["name"].longest) == (2, 10, 10)


def test_a_whole_form_is_read() -> None:
    settings, problems = read(
        Shapes,
        form(name="Loa", count="6", ratio="1,5", on="", mode="b", colour="red", tags="một\n hai \n\n",
             parts='[{"name": "x"}]', maybe="3"),
    )  # fmt: skip
    assert problems == []
    assert settings == Shapes(
        name="Loa", count=6, ratio=1.5, on=False, mode="b", colour=Colour.RED, tags=("một", "hai"), maybe=3,
        parts=[Part(name="x")],
    )  # fmt: skip


def test_what_was_stored_comes_back_the_same() -> None:
    stored = Shapes(name="Loa", ratio=2.25, tags=("một",), parts=[Part(name="x")], on=False)
    shown = fields(Shapes, stored.model_dump(mode="json"))
    sent = {field.input_name: field.value for field in shown}
    assert read(Shapes, sent) == (stored, [])


def test_each_wrong_control_has_one_sentence_and_nothing_typed_is_lost() -> None:
    sent = form(name="quá dài để vừa", count="bảy", ratio="-1", mode="c", maybe="x", parts="{")
    settings, problems = read(Shapes, sent)
    assert settings is None
    assert {problem.name: str(problem.words) for problem in problems} == {
        "parts": "Nội dung không phải JSON hợp lệ; hãy kiểm tra dấu ngoặc và dấu phẩy.",
        "name": "Dài quá 10 ký tự; hãy rút gọn.",
        "count": "Hãy nhập một số nguyên.",
        "ratio": "Hãy nhập số lớn hơn 0.",
        "mode": "Hãy chọn một giá trị trong danh sách.",
        "maybe": "Hãy nhập một số nguyên.",
    }
    kept = {field.input_name: field.value for field in typed(Shapes, sent)}
    assert {name: kept[name] for name in sent} == sent


@pytest.mark.parametrize(
    ("sent", "name", "said"),
    [
        (form(count="5", name="x"), "count", "Phải là số chẵn."),
        (form(name=""), "name", "Hãy điền mục này."),
        (form(name="x", count="99"), "count", "Hãy nhập số tối đa 10."),
        (form(name="x", count="1"), "count", "Hãy nhập số từ 2 trở lên."),
        (form(name="x", count="4.5"), "count", "Hãy nhập một số nguyên."),
    ],
)
def test_sentences(sent: dict[str, str], name: str, said: str) -> None:
    _settings, [problem] = read(Shapes, sent)
    assert (problem.name, str(problem.words)) == (name, said)


def test_an_unknown_complaint_still_gets_a_sentence() -> None:
    assert str(sentence("something_new", {}, "")) == "Giá trị không hợp lệ; hãy nhập lại."


@pytest.mark.parametrize("kind", list(registry.KINDS))
def test_the_defaults_of_every_kind_pass_through_its_own_form(kind: str) -> None:
    model = registry.adapter(kind).Settings
    shown = fields(model)
    assert all(field.title and field.title != field.name for field in shown), "every setting needs a Vietnamese title"
    sent: dict[str, Any] = {field.input_name: field.value for field in shown}
    settings, problems = read(model, sent)
    assert [str(problem.words) for problem in problems] == []
    assert settings == model()
