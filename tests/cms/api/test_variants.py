"""Scripts in other languages by API: kept once, read, marked as reviewed, and taken as files."""

import io
from typing import Any

import docx
import pytest
from flask import Flask
from sqlalchemy import update

from cms.core.database import changing, db
from cms.models.radio import ScriptVariant
from cms.models.roles import Role
from scheduler.storage.tables import Delivery, StoredRendition
from tests.cms.api.conftest import Machines
from tests.cms.api.machine import Machine, refusal
from tests.cms.deliveries.press import audited, promised, work
from tests.cms.newsroom import Newsroom, channel, person, unit
from tests.conftest import Clock

KHMER = {
    "language": "km-vn", "title": "ព័ត៌មាន", "text": "សូមគោរពបងប្អូន។", "translator": "Thạch  Sóc", "duration_s": 95,
}  # fmt: skip
HMONG = {"language": "hmn-Latn-VN", "text": "Nyob zoo ib tsoom kwv tij.", "translator": "Giàng A Páo"}


@pytest.fixture
def script(app: Flask, room: Newsroom, clock: Clock) -> int:
    """A script that is live on the district's channel."""
    chief = person("chi", (Role.LEAD, room.province))
    loud = channel("radio_script", room.district, "loa", name="Loa huyện")
    made = promised(app, room, loud, by=chief, title="Nộp hồ sơ từ nhà")
    work(clock)
    return made


def kept(machine: Machine, script: int, status: int = 201, **fields: Any) -> Any:
    return machine.post(f"/radio/scripts/{script}/variants", KHMER | fields, status)


def correct(script: int) -> None:
    """The Vietnamese is corrected on the air."""
    with changing() as session:
        live = session.get_one(Delivery, script).live_rendition_id
        session.execute(update(StoredRendition).where(StoredRendition.id == live).values(revision=2))


def test_a_translation_is_kept_read_and_listed(room: Newsroom, machines: Machines, script: int) -> None:
    made = kept(machines.broadcaster, script)
    assert (made["language"], made["name"], made["translator"]) == ("km-VN", "Khmer", "Thạch Sóc")
    assert (made["unit"]["code"], made["revision"], made["outdated"]) == (room.district.code, 1, False)
    assert (made["reviewed_at"], made["duration_s"], made["audio"]) == (None, 95, False)
    assert made["text"] == KHMER["text"]
    again = machines.broadcaster.call("POST", f"/radio/scripts/{script}/variants", json=KHMER)
    base = f"/radio/scripts/{script}/variants"
    assert again.headers["Location"] == f"/api/v1{base}/{made['id']}"
    assert machines.viewer.get(f"{base}/{made['id']}") == made
    [line] = machines.viewer.get(base)["items"]
    assert line == {name: value for name, value in made.items() if name != "text"}


def test_the_same_again_changes_nothing_and_other_words_change_it(machines: Machines, script: int) -> None:
    first = kept(machines.broadcaster, script)
    assert kept(machines.broadcaster, script, 200) == first
    assert len(audited("variant.save")) == 1
    second = kept(machines.broadcaster, script, 200, text="ថ្មី", version=first["version"])
    assert (second["id"], second["text"], second["version"]) == (first["id"], "ថ្មី", first["version"] + 1)
    refusal(
        machines.broadcaster.call(
            "POST", f"/radio/scripts/{script}/variants", json=KHMER | {"version": first["version"]}
        ),
        409, "conflict",
    )  # fmt: skip
    assert db.session.query(ScriptVariant).count() == 1


def test_a_review_is_noted_once_with_who_and_when(machines: Machines, script: int, clock: Clock) -> None:
    made = kept(machines.broadcaster, script)
    path = f"/radio/scripts/{script}/variants/{made['id']}/review"
    assert refusal(machines.broadcaster.call("POST", path, json={}), 422)["errors"][0]["field"] == "reviewer"
    first = machines.broadcaster.post(path, {"reviewer": "Sơn Rích"})
    assert (first["reviewer"], first["reviewed_at"]) == ("Sơn Rích", f"{clock():%Y-%m-%dT%H:%M:%SZ}")
    clock.turn(minutes=5)
    assert machines.broadcaster.post(path, {}) == first
    longer = kept(machines.broadcaster, script, 200, reviewer="Sơn Rích", reviewed=True, duration_s=99)
    assert longer["reviewed_at"] == first["reviewed_at"]
    other = kept(machines.broadcaster, script, 200, text="ថ្មី", reviewer="Sơn Rích", reviewed=True)
    assert other["reviewed_at"] > first["reviewed_at"]


def test_what_is_outdated_cannot_be_called_reviewed(machines: Machines, script: int) -> None:
    made = kept(machines.broadcaster, script)
    correct(script)
    path = f"/radio/scripts/{script}/variants/{made['id']}"
    assert machines.viewer.get(path)["outdated"] is True
    told = refusal(machines.broadcaster.call("POST", f"{path}/review", json={"reviewer": "Sơn Rích"}), 409)
    assert "Bài gốc đã sửa" in told["detail"]
    assert kept(machines.broadcaster, script, 200)["outdated"] is False


def test_only_the_units_own_people_keep_and_review_it(room: Newsroom, machines: Machines, script: int) -> None:
    made = kept(machines.broadcaster, script)
    path = f"/radio/scripts/{script}/variants"
    for machine, status in ((machines.viewer, 403), (machines.outsider, 404)):
        refusal(machine.call("POST", path, json=KHMER), status)
        refusal(machine.call("POST", f"{path}/{made['id']}/review", json={"reviewer": "A"}), status)
    refusal(Machine(machines.broadcaster.client.application, room.broadcaster, ["radio:read"]).call(
        "POST", path, json=KHMER), 403)  # fmt: skip


def test_each_commune_keeps_its_own(app: Flask, room: Newsroom, script: int) -> None:
    here, there = unit("Xã An Thạnh", room.district), unit("Xã Tân Bửu", room.district)
    both = Machine(app, person("hai-xa", (Role.BROADCASTER, here), (Role.BROADCASTER, there)))
    one, two = kept(both, script, unit=here.code), kept(both, script, unit=there.code)
    assert one["id"] != two["id"]
    assert [line["unit"]["name"] for line in both.get(f"/radio/scripts/{script}/variants")["items"]] == [
        "Xã An Thạnh", "Xã Tân Bửu",
    ]  # fmt: skip
    refusal(both.call("POST", f"/radio/scripts/{script}/variants", json=KHMER | {"unit": room.paper.code}), 403)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"language": "vi"}, "language"), ({"language": "blt"}, "language"), ({"translator": " "}, "translator"),
        ({"text": ""}, "text"), ({"reviewed": True}, "reviewer"), ({"duration_s": 0}, "duration_s"),
        ({"unit": "khong-co"}, "unit"), ({"sound": "x"}, "sound"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_cannot_be_kept_is_said_at_its_field(
    machines: Machines, script: int, change: dict[str, Any], field: str
) -> None:
    answer = machines.broadcaster.call("POST", f"/radio/scripts/{script}/variants", json=KHMER | change)
    assert refusal(answer, 422)["errors"][0]["field"] == field
    assert not db.session.query(ScriptVariant).count()


def test_files_are_the_word_and_text_forms_and_a_pdf_where_the_letters_can_be_printed(
    machines: Machines, script: int
) -> None:
    khmer = kept(machines.broadcaster, script)
    assert set(khmer["files"]) == {"docx", "txt"}
    base = f"/radio/scripts/{script}/variants/{khmer['id']}"
    text = machines.viewer.call("GET", f"{base}.txt")
    assert (text.status_code, text.mimetype) == (200, "text/plain")
    assert "សូមគោរពបងប្អូន" in text.text
    word = machines.viewer.call("GET", f"{base}.docx")
    written = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(word.data)).paragraphs)
    assert "សូមគោរពបងប្អូន" in written
    held = {"If-None-Match": word.headers["ETag"]}
    assert machines.viewer.call("GET", f"{base}.docx", headers=held).status_code == 304
    assert "hãy dùng tệp .docx" in refusal(machines.viewer.call("GET", f"{base}.pdf"), 409)["detail"]
    hmong = machines.broadcaster.post(f"/radio/scripts/{script}/variants", HMONG, 201)
    pdf = machines.viewer.call("GET", hmong["files"]["pdf"].removeprefix("/api/v1"))
    assert (pdf.status_code, pdf.mimetype, pdf.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert "hmn-latn-vn.pdf" in pdf.headers["Content-Disposition"]


def test_of_a_script_that_was_called_back_nothing_is_read_or_kept(
    machines: Machines, script: int, clock: Clock
) -> None:
    made = kept(machines.broadcaster, script)
    story = machines.viewer.get(f"/radio/scripts/{script}")["story"]
    clock.turn(minutes=10)
    machines.lead.post(f"/stories/{story}/retract", {"reason": "Sai số điện thoại."})
    work(clock)
    base = f"/radio/scripts/{script}/variants"
    assert machines.viewer.get(f"{base}/{made['id']}")["text"] is None
    for name in ("txt", "docx"):
        gone = machines.viewer.call("GET", f"{base}/{made['id']}.{name}")
        assert (gone.status_code, "da-thu-hoi" in gone.headers["Content-Disposition"]) == (410, True)
    assert "សូមគោរពបងប្អូន" not in machines.viewer.call("GET", f"{base}/{made['id']}.txt").text
    refusal(machines.broadcaster.call("POST", base, json=KHMER | {"text": "ថ្មី"}), 409)
    refusal(machines.broadcaster.call("POST", f"{base}/{made['id']}/review", json={"reviewer": "A"}), 409)
