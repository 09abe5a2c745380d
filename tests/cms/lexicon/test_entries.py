"""The lexicon that units keep: what an entry must be, whose it is, and what it changes."""

import pytest
from flask import Flask
from sqlalchemy import select

from cms.core.database import changing, db
from cms.core.refusal import Conflict, Invalid, NotAllowed
from cms.lexicon import entries
from cms.lexicon.fields import EntryFields, Kind, checked
from cms.lexicon.stations import Stations, settings_of
from cms.models.audit import AuditEntry
from cms.models.lexicon import LexiconEntry
from cms.models.people import Person, Unit
from cms.models.roles import Role
from cms.stories.editing.content import parse
from cms.stories.renditions import outputs
from tests.cms.newsroom import Newsroom, actor, channel, newsroom, person
from tests.conftest import SUNDAY


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


def fields(written: str, say: str, kind: Kind = Kind.ABBREVIATION, **more: str) -> EntryFields:
    return EntryFields(kind, written, say, **{"source": "Sở Nội vụ", **more})


def added(who: Person, where: Unit, *args: object, **more: str) -> LexiconEntry:
    good = checked(fields(*args, **more))  # type: ignore[arg-type]  # passed through
    with changing() as session:
        return entries.add(session, actor(who), where.id, good, now=SUNDAY)


def spoken(news: Newsroom, text: str, where: Unit) -> str:
    """What the radio preview of a story would say."""
    made = channel(
        "radio_script", where, f"loa-{where.id}", settings={"greeting": "", "closing": "", "read_title": False}
    )
    content = parse({"title": "Tin", "summary": "", "body": text, "column": "chuyen-doi-so"})
    around = outputs.surroundings(db.session(), None, "", where, content)  # type: ignore[arg-type]  # no pictures
    rendition = outputs.output(content, 1, 1, made, around).rendition
    assert rendition is not None
    return rendition.files[0].data.decode().strip()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (fields("X", "xã"), "written"),
        (fields("", "xã"), "written"),
        (fields("hai chữ", "xã"), "written"),
        (fields("Long An", "Long An", Kind.ADDRESS), "written"),
        (fields("QLXY", ""), "say"),
        (fields("QLXY", "quản lý 2 cấp"), "say"),
        (fields("QLXY", "quản lý TTHC"), "say"),
        (fields("QLXY", "quản lý ngờ"), "written"),
        (fields("QLXY", "quản lý", source=" "), "source"),
        (fields("QLXY", "quản lý", after="rất dài " * 80), "after"),
        (fields("qlxy", "quản lý"), "written"),
    ],
)
def test_an_entry_that_would_not_help_is_refused(wrong: EntryFields, field: str) -> None:
    if wrong.say == "quản lý ngờ":
        wrong = EntryFields(Kind.ABBREVIATION, "qlxy", wrong.say, source=wrong.source)
    with pytest.raises(Invalid) as refusal:
        checked(wrong)
    assert refusal.value.field == field


def test_an_entry_is_kept_tidy() -> None:
    found = checked(fields("  QLXY ", " quản lý  gì đó. ", after=" Đài ;; báo  nhà ", source="  Công văn 12 "))
    assert found == EntryFields(Kind.ABBREVIATION, "QLXY", "quản lý gì đó", "đài; báo nhà", "", "Công văn 12")
    assert checked(fields("LongAn", "Long An", Kind.ADDRESS, after="đài")).written == "longan"
    assert checked(fields("Facebook", "phây búc", Kind.WORD)).written == "Facebook"


def test_a_province_gives_readings_to_its_units_and_a_unit_has_the_last_word(news: Newsroom) -> None:
    added(news.admin, news.province, "XQZ", "xe quét rác")
    added(news.admin, news.province, "XQY", "xe quét đường")
    added(news.broadcaster, news.district, "XQZ", "xe của huyện")
    assert spoken(news, "Có XQZ và XQY.", news.district) == "Có xe của huyện và xe quét đường."
    assert spoken(news, "Có XQZ và XQY.", news.paper) == "Có xe quét rác và xe quét đường."


def test_without_entries_a_station_reads_as_before(news: Newsroom) -> None:
    assert spoken(news, "Có XQZ.", news.district) == "Có [XQZ?]."


def test_all_kinds_reach_the_script(news: Newsroom) -> None:
    added(news.broadcaster, news.district, "Facebook", "phây búc", Kind.WORD)
    added(news.broadcaster, news.district, "bentrexanh", "Bến Tre Xanh", Kind.ADDRESS)
    added(news.broadcaster, news.district, "TT", "tuyến tránh", after="đường")
    said = spoken(news, "Xem Facebook hoặc bentrexanh.gov.vn về đường TT của TT HĐND.", news.district)
    assert said == (
        "Xem phây búc hoặc Bến Tre Xanh chấm gờ o vê chấm vê nờ về đường tuyến tránh của Thường trực Hội đồng nhân dân."
    )


def test_other_kinds_of_channel_are_left_alone(news: Newsroom) -> None:
    added(news.admin, news.province, "XQZ", "xe quét rác")
    portal = channel("portal_rss", news.paper, "cong")
    assert not hasattr(settings_of(portal), "layers")


def test_many_channels_ask_once(news: Newsroom) -> None:
    from tests.cms.newsroom import counted

    added(news.admin, news.province, "XQZ", "xe quét rác")
    made = [channel("radio_script", news.district, f"loa-{n}") for n in range(5)]
    stations = Stations(db.session())
    with counted() as seen:
        for one in made:
            stations.settings(one)
    assert sum("lexicon_entry" in statement for statement in seen) == 1
    assert sum("timed_reading" in statement for statement in seen) == 1


def test_each_change_is_told_with_what_was_before(news: Newsroom) -> None:
    entry = added(news.broadcaster, news.district, "XQZ", "xe quét rác", after="đội")
    good = checked(fields("XQZ", "xe quét đường"))
    with changing() as session:
        entries.edit(session, actor(news.broadcaster), entry.id, good, now=SUNDAY)
    with changing() as session:
        entries.remove(session, actor(news.broadcaster), entry.id, now=SUNDAY)
    rows = db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject == "lexicon_entry").order_by(AuditEntry.id)
    ).all()
    assert [row.action for row in rows] == ["lexicon_entry.add", "lexicon_entry.edit", "lexicon_entry.remove"]
    assert rows[0].detail["say"] == "xe quét rác"
    assert rows[1].detail["changes"] == {"say": ["xe quét rác", "xe quét đường"], "said_after": ["đội", ""]}
    assert rows[2].detail["say"] == "xe quét đường"
    assert {row.unit_id for row in rows} == {news.district.id}


def test_saving_nothing_new_tells_nothing(news: Newsroom) -> None:
    entry = added(news.broadcaster, news.district, "XQZ", "xe quét rác")
    good = checked(fields("XQZ", "xe quét rác"))
    with changing() as session:
        entries.edit(session, actor(news.broadcaster), entry.id, good, now=SUNDAY)
    assert len(db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "lexicon_entry")).all()) == 1


def test_the_same_entry_twice_is_refused_and_another_context_is_not(news: Newsroom) -> None:
    added(news.broadcaster, news.district, "XQZ", "xe quét rác")
    added(news.broadcaster, news.district, "XQZ", "xã quán", after="đường")
    with pytest.raises(Conflict):
        added(news.broadcaster, news.district, "XQZ", "xe khác")


def test_only_people_of_a_unit_change_its_lexicon(news: Newsroom) -> None:
    viewer = person("xem", (Role.VIEWER, news.district))
    for who in (viewer, news.outsider):
        with pytest.raises(NotAllowed):
            added(who, news.district, "XQZ", "xe quét rác")
    entry = added(news.admin, news.province, "XQZ", "xe quét rác")
    with pytest.raises(NotAllowed), changing() as session:
        entries.remove(session, actor(news.broadcaster), entry.id, now=SUNDAY)


def test_a_person_sees_what_holds_for_their_units(news: Newsroom) -> None:
    added(news.admin, news.province, "XQZ", "xe quét rác")
    added(news.broadcaster, news.district, "XQY", "xe huyện")
    added(news.lead, news.paper, "XQX", "xe báo")

    def seen(who: Person) -> list[tuple[str, bool]]:
        found = entries.page(db.session(), actor(who))
        return [(line.entry.written, line.editable) for line in found.lines]

    assert seen(news.broadcaster) == [("XQY", True), ("XQZ", False)]
    assert seen(news.admin) == [("XQX", True), ("XQY", True), ("XQZ", True)]
    assert [line.entry.written for line in entries.page(db.session(), actor(news.admin), "huyện").lines] == ["XQY"]
    assert [line.entry.written for line in entries.page(db.session(), actor(news.admin), "", news.paper.id).lines] == [
        "XQX"
    ]
