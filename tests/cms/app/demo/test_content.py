"""The demonstration's stories and people: complete, within every limit, and true to the plan they are counted by."""

import io
import re
import unicodedata
from datetime import UTC, date, datetime

import pytest
from PIL import Image

from channels.contract import StoryKind
from channels.document.output.plain import to_text
from channels.radio_script.reading import read_aloud
from cms.app.demo.content import DemoStory, Outcome, Placement, channels_needed, document_codes, load_stories
from cms.quotas.packs.schema import Pack
from cms.quotas.packs.yaml_reading import builtin_packs, read_pack
from cms.stories.editing.content import gaps
from media.drawing.fonts import ICONS
from media.infographics import infographic
from media.infographics import spec as infographic_spec

ALL = load_stories()
SLUGS = [story.slug for story in ALL]
each_story = pytest.mark.parametrize("story", ALL, ids=SLUGS)
WORDS = {StoryKind.ARTICLE: range(250, 701), StoryKind.INFOGRAPHIC: range(40, 301)}
BOARD_CHARACTERS = 80
DRAWN = [story for story in ALL if story.infographic is not None]
each_infographic = pytest.mark.parametrize("story", DRAWN, ids=[story.slug for story in DRAWN])


@pytest.fixture(scope="module")
def plan() -> Pack:
    return read_pack(builtin_packs()["long-an-2025"])


def own_words(story: DemoStory) -> str:
    variants = "\n".join(f"{v.title}\n{v.summary}\n{v.body}" for v in story.variants.values())
    return f"{story.title}\n{story.summary}\n{story.body}\n{variants}"


def test_there_are_enough_stories_of_every_kind() -> None:
    count = {kind: sum(story.kind is kind for story in ALL) for kind in StoryKind}
    assert count[StoryKind.ARTICLE] >= 10
    assert count[StoryKind.NOTICE] >= 3
    assert count[StoryKind.SLOGAN] >= 2
    assert count[StoryKind.INFOGRAPHIC] == 4


def test_what_people_look_for_is_written_about() -> None:
    everything = " ".join(own_words(story) for story in ALL)
    for subject in (
        "Nghị quyết số 06/2023/NQ-HĐND", "VNeID", "Đề án 06", "0272.1022", "“Long An Số”", "an toàn trên mạng", "2G",
        "chuyển khoản", "Chữ ký số", "Tổ công nghệ số cộng đồng", "khonggianmang.vn", "bưu chính công ích",
        "Ngày Chuyển đổi số quốc gia", "Sổ sức khỏe điện tử", "dbi.gov.vn", "smedx.vn",
    ):  # fmt: skip
        assert subject in everything, subject


@each_story
def test_a_story_names_only_what_the_plan_has(story: DemoStory, plan: Pack) -> None:
    units = {unit.code for unit in plan.units}
    assert story.column in {column.code for column in plan.columns}
    assert set(story.topics) <= {topic.code for topic in plan.topics}
    assert story.topics
    assert set(story.audiences) <= {audience.code for audience in plan.audiences}
    assert {story.unit, *(unit for _, unit, _ in story.places)} <= units
    assert set(story.documents) <= set(document_codes(plan))


@each_story
def test_a_story_could_be_submitted_as_it_is(story: DemoStory, plan: Pack) -> None:
    content = story.content(document_codes(plan))
    assert gaps(content) == []
    assert content.title == story.title
    assert len(content.documents) <= len(story.documents)


@each_story
def test_a_cover_has_words_for_those_who_cannot_see_it(story: DemoStory) -> None:
    if story.kind is not StoryKind.SLOGAN:
        assert story.picture is not None
        assert story.infographic is None or story.picture.alt.startswith("Đồ họa")
        assert story.picture.icon in ICONS
        assert story.picture.caption


@each_story
def test_what_goes_to_zalo_has_the_author_and_the_cover_that_zalo_asks_for(story: DemoStory) -> None:
    if any(kind == "zalo_oa" for _, _, kind in story.places):
        assert story.byline
        assert story.picture is not None


@each_story
def test_a_body_is_as_long_as_its_kind_asks(story: DemoStory) -> None:
    assert len(to_text(story.body).split()) in WORDS.get(story.kind, range(5, 121))


@each_story
def test_variants_fit_their_channels(story: DemoStory) -> None:
    for kind, variant in story.variants.items():
        assert variant.title or variant.summary or variant.body
        assert len(variant.title) <= 140
        assert len(variant.summary) <= 240
        if kind == "led_board":
            assert max(len(variant.title), len(variant.summary)) <= BOARD_CHARACTERS
            assert not variant.body
        if kind == "radio_script":
            assert not re.search(r"^(#|\||[-*] )|\]\(|https?:", variant.body, re.MULTILINE)
            assert max(len(s.split()) for s in re.split(r"[.?!:]\s", variant.body)) <= 30


@each_story
def test_what_goes_on_a_loudspeaker_is_written_for_the_ear(story: DemoStory) -> None:
    if any(kind == "radio_script" for _, _, kind in story.places):
        assert story.variants["radio_script"].body


@each_story
def test_a_presenter_finds_nothing_in_a_script_that_cannot_be_read_aloud(story: DemoStory) -> None:
    script = story.variants.get("radio_script")
    if script is not None:
        reading = read_aloud(f"{script.title}.\n\n{script.body}")
        assert reading.doubts == ()
        assert not re.search(r"[0-9]|https?|www|[.]vn", reading.spoken)


@each_infographic
def test_an_infographic_shows_its_source_and_where_to_turn(story: DemoStory) -> None:
    spec = infographic_spec.parse(story.infographic or {})
    contacts = [block.value for block in spec.blocks if block.kind == "contact"]
    assert spec.source
    assert contacts
    assert all(contact in story.body for contact in contacts)


@each_infographic
def test_an_infographic_can_be_drawn_for_a_phone_and_as_a_wide_cover(story: DemoStory) -> None:
    spec = infographic_spec.parse(story.infographic or {})
    for size in ((1080, 1350), (1280, 720)):
        with Image.open(io.BytesIO(infographic.draw(spec, *size))) as picture:
            assert (picture.format, picture.size) == ("PNG", size)


@each_story
def test_a_notice_says_where_to_turn(story: DemoStory) -> None:
    if story.service is not None:
        host = story.service.address.removeprefix("https://").removeprefix("www.")
        assert story.service.address.startswith("https://")
        assert story.service.hotline in story.body + story.summary
        assert host in story.body
        assert story.service.place


@each_story
def test_the_print_is_clean(story: DemoStory) -> None:
    text = own_words(story)
    assert text == unicodedata.normalize("NFC", text)
    assert '"' not in text
    assert "'" not in text
    assert text.count("“") == text.count("”")
    assert not re.search(r"\.\.\.|…|[^\S\n]{2,}\S| [,;:!?]|\d %|!", text.replace("| |", "|"))
    assert not re.search(r"(oà|oá|oả|oã|oạ|oè|oé|oẻ|oẽ|oẹ)\b", text)
    assert not re.search(r"(?<![qQ])(uỳ|uý|uỷ|uỹ|uỵ)\b", text)


@each_story
def test_every_link_is_secure_and_shows_the_address_it_leads_to(story: DemoStory) -> None:
    for shown, address in re.findall(r"\[([^\]]+)\]\(([^)]+)\)", story.body):
        assert address == f"https://{shown}"


def test_every_host_is_one_that_the_plans_name(plan: Pack) -> None:
    named = {a.removeprefix("https://").removeprefix("www.") for p in plan.platforms for a in p.addresses}
    named |= {"sgddt.longan.gov.vn"}
    for story in ALL:
        for host in re.findall(r"\b(?:[a-z0-9]+\.)+vn\b", own_words(story)):
            assert host.removeprefix("www.") in named, (story.slug, host)


def test_titles_and_slugs_are_told_apart() -> None:
    assert len({story.title for story in ALL}) == len(ALL)
    assert len({story.slug[:2] for story in ALL}) == len(ALL)


def test_the_weeks_around_today_show_every_outcome() -> None:
    placements = [placement for story in ALL for placement in story.schedule]
    assert {placement.outcome for placement in placements} == set(Outcome)
    assert {placement.week for placement in placements} == set(range(-6, 3))
    assert {placement.broadcast for placement in placements} == {True, False, None}


def test_what_is_live_lies_in_the_past_and_what_is_scheduled_ahead() -> None:
    for story in ALL:
        for placement, _, _ in story.places:
            if placement.outcome in {Outcome.LIVE, Outcome.RETRACTED}:
                assert (placement.week, placement.day) <= (0, 1), story.slug
            else:
                assert (placement.week, placement.day) >= (0, 6), story.slug


def test_a_script_is_live_before_it_counts_as_aired() -> None:
    for story in ALL:
        for placement, _, kind in story.places:
            if placement.outcome is Outcome.LIVE and kind == "radio_script":
                assert placement.broadcast is not None, story.slug


def test_a_weekly_column_has_met_and_missed_weeks() -> None:
    printed = {
        placement.week: placement.outcome
        for story in ALL
        for placement, unit, kind in story.places
        if (unit, kind) == ("bao-long-an", "portal_rss")
    }
    assert [printed[week] for week in range(-6, 2)] == [
        Outcome.LIVE, Outcome.LIVE, Outcome.RETRACTED, Outcome.LIVE, Outcome.LIVE, Outcome.LIVE, Outcome.SCHEDULED,
        Outcome.SUBMITTED,
    ]  # fmt: skip


def test_the_channels_needed_are_those_that_placements_name() -> None:
    needed = channels_needed(ALL)
    assert ("bao-long-an", "portal_rss") in needed
    assert ("tt-vh-tt-tt-ben-luc", "radio_script") in needed
    assert {kind for _, kind in needed} == {"portal_rss", "zalo_oa", "led_board", "radio_script"}
    assert list(needed) == sorted(set(needed))


@pytest.mark.parametrize(
    ("first_day", "week", "day", "instant"),
    [
        (date(2026, 11, 22), 0, 1, datetime(2026, 11, 16, 0, 30, tzinfo=UTC)),
        (date(2026, 11, 22), -6, 2, datetime(2026, 10, 6, 0, 30, tzinfo=UTC)),
        (date(2026, 11, 23), 0, 7, datetime(2026, 11, 29, 0, 30, tzinfo=UTC)),
        (date(2026, 1, 1), 1, 1, datetime(2026, 1, 5, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_placement_is_counted_from_the_monday_of_the_first_week(
    first_day: date, week: int, day: int, instant: datetime
) -> None:
    placement = Placement(week=week, day=day, time="07:30", channels=("portal_rss",), outcome=Outcome.LIVE)
    assert placement.moment(first_day) == instant
