"""The plan packs that come with the product say what the plans say."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from channels.contract import StoryKind
from cms.core.periods import Per
from cms.quotas.counting.owners import owners_on
from cms.quotas.packs.schema import Counts, Pack, Quota, ReportPer, Task
from cms.quotas.packs.yaml_reading import builtin_packs, read_pack

PACKS = {code: read_pack(source) for code, source in builtin_packs().items()}
LA25, LA22, GDDT, BRVT, LC = (
    "long-an-2025",
    "long-an-2022",
    "gddt-long-an-2023",
    "ba-ria-vung-tau-2025",
    "lai-chau-2025",
)
COLUMN, STORY, ONLINE = "chuyen-doi-so", "cau-chuyen-doi-so", "dich-vu-cong-truc-tuyen"


def found(pack: str, code: str) -> tuple[Task, Quota]:
    return next((task, quota) for task, quota in PACKS[pack].quotas() if quota.code == code)


def owners(pack: str, code: str, day: date) -> set[str]:
    task, quota = found(pack, code)
    return {unit.code for unit in owners_on(quota.owners or task.owners, PACKS[pack].units, day)}


def test_all_five_plans_are_there_under_their_own_codes() -> None:
    assert set(PACKS) == {LA25, LA22, GDDT, BRVT, LC}
    assert all(pack.plan.code == code for code, pack in PACKS.items())


ROWS: list[tuple[str, str, tuple[str, ...], str | None, int | None, str, str]] = [
    # pack, quota, media, column, at least, per, evidence
    (LA25, "2.1", ("newspaper",), COLUMN, 1, "week", "receipt"),
    (LA25, "2.2", ("television",), COLUMN, 1, "week", "broadcast"),
    (LA25, "2.3", ("fm_radio",), None, None, "quarter", "broadcast"),
    (LA25, "2.4", ("loudspeaker",), COLUMN, 1, "week", "broadcast"),
    (LA25, "3.1", ("portal",), COLUMN, 2, "month", "receipt"),
    (LA25, "3.1-trang", ("website",), None, None, "month", "receipt"),
    (LA25, "3.1-zalo", ("zalo",), None, None, "month", "receipt"),
    (LA25, "3.2", ("zalo",), None, None, "month", "receipt"),
    (LA25, "3.3", ("portal", "website"), COLUMN, 1, "month", "receipt"),
    (LA25, "3.4", ("led_board",), None, 1, "day", "play"),
    (LA25, "3.5", ("social",), None, None, "month", "receipt"),
    (LA25, "4", ("leaflet",), None, None, "quarter", "manual"),
    (LA25, "5", ("school",), None, 1, "year", "manual"),
    (LA22, "1.c-truyen-thanh", ("loudspeaker",), STORY, 2, "week", "broadcast"),
    (LA22, "2.c-truyen-thanh", ("loudspeaker",), COLUMN, 2, "week", "broadcast"),
    (LA22, "1.c-bao", ("newspaper",), COLUMN, None, "month", "receipt"),
    (LA22, "1.c-dai", ("television", "fm_radio"), COLUMN, None, "month", "broadcast"),
    (LA22, "2.c-bao", ("newspaper",), COLUMN, None, "month", "receipt"),
    (LA22, "2.c-dai", ("television", "fm_radio"), COLUMN, None, "month", "broadcast"),
    (GDDT, "3", ("website",), COLUMN, 2, "month", "receipt"),
    (GDDT, "4", ("website",), COLUMN, 2, "month", "receipt"),
    (GDDT, "5", ("social",), None, None, "month", "receipt"),
    (GDDT, "7", ("school",), None, 1, "year", "manual"),
    (BRVT, "II.1.c", ("portal", "website"), None, 1, "year", "receipt"),
    (BRVT, "II.1.d", ("portal", "website"), None, 1, "year", "receipt"),
    (BRVT, "II.1.đ", ("loudspeaker",), None, 1, "year", "broadcast"),
    (BRVT, "II.1.e-bao-chi", ("newspaper", "television", "fm_radio"), ONLINE, 1, "year", "receipt"),
    (BRVT, "II.1.e-truyen-thanh", ("loudspeaker",), ONLINE, 1, "year", "broadcast"),
    (LC, "II.1-3", ("portal", "website"), None, 1, "year", "receipt"),
    (LC, "II.1-4", ("portal", "website"), None, 1, "year", "receipt"),
    (LC, "II.1-5", ("loudspeaker",), None, 1, "year", "broadcast"),
    (LC, "II.1-6-bao-chi", ("newspaper", "television", "fm_radio"), ONLINE, 1, "year", "receipt"),
    (LC, "II.1-6-truyen-thanh", ("loudspeaker",), ONLINE, 1, "year", "broadcast"),
]


@pytest.mark.parametrize(("pack", "code", "media", "column", "at_least", "per", "evidence"), ROWS)
def test_every_duty_of_the_plans_is_in_its_pack(
    pack: str, code: str, media: tuple[str, ...], column: str | None, at_least: int | None, per: str, evidence: str
) -> None:
    quota = found(pack, code)[1]
    assert (quota.media, quota.column, quota.at_least, quota.per, quota.evidence) == (
        media,
        column,
        at_least,
        Per(per),
        evidence,
    )


def test_the_forms_of_the_appendix_are_a_duty_without_a_number_on_every_channel() -> None:
    quota = found(LA25, "7")[1]
    assert quota.at_least is None
    assert quota.per is Per.QUARTER
    assert {"newspaper", "loudspeaker", "portal", "zalo", "led_board", "sms"} <= set(quota.media)


@pytest.mark.parametrize(("pack", "codes"), [(LA25, ["3.1", "3.2", "3.3"]), (GDDT, ["3", "4"])])
def test_infographics_are_preferred_where_the_plan_asks_for_them(pack: str, codes: list[str]) -> None:
    preferring = [q.code for _, q in PACKS[pack].quotas() if q.prefers is StoryKind.INFOGRAPHIC]
    assert preferring == codes


def test_boards_introduce_two_provincial_portals_and_the_units_own_site() -> None:
    pack = PACKS[LA25]
    introduced = [p for p in pack.platforms if p.code in found(LA25, "3.4")[1].introduces]
    assert [p.addresses for p in introduced] == [
        ("https://dichvucong.longan.gov.vn",),
        ("https://www.longan.gov.vn",),
        (),
    ]
    assert [p.own for p in introduced] == [False, False, True]


def test_a_letter_that_counts_times_counts_every_broadcast() -> None:
    assert {q.code for _, q in PACKS[LA22].quotas() if q.counts is Counts.TIMES} == {
        "1.c-truyen-thanh",
        "2.c-truyen-thanh",
    }


@pytest.mark.parametrize(("pack", "code"), [(row[0], row[1]) for row in ROWS if row[0] in (BRVT, LC)])
def test_the_1588_targets_are_all_of_a_group(pack: str, code: str) -> None:
    share = found(pack, code)[1].share
    assert share is not None
    assert share.percent == 100
    assert share.groups


@pytest.mark.parametrize(("pack", "code"), [(LA25, "5"), (GDDT, "7")])
def test_schools_are_a_share_of_members_outside_the_system(pack: str, code: str) -> None:
    share = found(pack, code)[1].share
    assert share is not None
    assert (share.percent, share.groups) == (100, ())


JANUARY, AUTUMN = date(2025, 1, 15), date(2025, 9, 15)


def test_the_weekly_radio_duty_lies_with_every_district_centre_and_commune_station() -> None:
    centres = {code for code in owners(LA25, "2.4", JANUARY) if code.startswith("tt-vh-tt-tt-")}
    stations = owners(LA25, "2.4", JANUARY) - centres
    assert len(centres) == 15
    assert stations
    assert all(code.startswith("dai-tt-") for code in stations)


def test_when_a_level_ends_its_duties_pass_to_the_successors() -> None:
    assert owners(LA25, "2.1", JANUARY) == {"bao-long-an"}
    assert owners(LA25, "2.1", date(2025, 5, 1)) == {"bao-va-dai-long-an"}
    assert owners(LA25, "2.1", AUTUMN) == {"bao-va-dai-tay-ninh"}
    assert not {code for code in owners(LA25, "2.4", AUTUMN) if code.startswith("tt-vh-tt-tt-")}
    assert "dai-tt-xa-ben-luc" in owners(LA25, "2.4", AUTUMN)


@pytest.mark.parametrize(("pack", "day"), [(code, date(2022, 9, 1)) for code in PACKS] + [(LA25, AUTUMN), (LC, AUTUMN)])
def test_every_quota_has_somebody_who_owes_it(pack: str, day: date) -> None:
    if day < PACKS[pack].plan.valid_from:
        day = PACKS[pack].plan.valid_from
    assert [q.code for _, q in PACKS[pack].quotas() if not owners(pack, q.code, day)] == []


def test_all_fifteen_districts_have_a_culture_centre_and_end_with_june_2025() -> None:
    units = PACKS[LA25].units
    districts = [unit for unit in units if "ubnd-cap-huyen" in unit.groups]
    assert len(districts) == 15
    assert {unit.short_name.removeprefix("TP ").removeprefix("TX ") for unit in districts} == {
        *("Tân An", "Kiến Tường", "Bến Lức", "Cần Đước", "Cần Giuộc", "Châu Thành", "Đức Hòa", "Đức Huệ"),
        *("Mộc Hóa", "Tân Hưng", "Tân Thạnh", "Tân Trụ", "Thạnh Hóa", "Thủ Thừa", "Vĩnh Hưng"),
    }
    assert {unit.valid_to for unit in districts} == {date(2025, 6, 30)}
    centres = {unit.parent for unit in units if "tt-vh-tt-tt" in unit.groups}
    assert centres == {unit.code for unit in districts}


def test_the_list_of_documents_is_whole() -> None:
    documents = PACKS[LA25].documents
    assert len(documents) == 47
    for part, size in (("Văn bản của Trung ương", 24), ("Văn bản cấp tỉnh", 23)):
        assert [d.position for d in documents if d.part == part] == list(range(1, size + 1))


NUMBERS = """
749/QĐ-TTg 830/QĐ-TTg 942/QĐ-TTg 377/QĐ-BTTTT 06/QĐ-TTg 146/QĐ-TTg 411/QĐ-TTg 505/QĐ-TTg 964/QĐ-TTg
20/2023/QH15 1198/QĐ-TTg 60/2024/QH15 36/QĐ-TTg 142/QĐ-TTg 04/CT-TTg 09/CT-TTg 68/2024/NĐ-CP 137/2024/NĐ-CP
69/2024/NĐ-CP 1132/QĐ-TTg 1588/QĐ-TTg 1437/QĐ-TTg 501/QĐ-TTg 28/CT-TTg 1627/QĐ-TTg 21-NQ/TU 3288/CTr-UBND
800/KH-UBND 856/KH-UBND 881/KH-UBND 1541/KH-UBND 1563/KH-UBND 2062/KH-UBND 11898/UBND-VHXH 3625/KH-UBND 246/KH-UBND
06/2023/NQ-HĐND 02/2024/NQ-HĐND 27/2023/QĐ-UBND 16/2024/QĐ-UBND 7361/QĐ-UBND 7360/QĐ-UBND 3323/KH-UBND
10069/QĐ-UBND 10724/QĐ-UBND 5801/UBND-VHXH 7141/UBND-VHXH 8897/UBND-VHXH 3018/KH-UBND 10688/QĐ-UBND 3142/KH-UBND
61/2024/QĐ-UBND 12247/UBND-THKSTTHC 543/UBND-THKSTTHC
"""


def test_every_number_of_the_list_leads_to_its_entry() -> None:
    codes = PACKS[LA25].document_codes()
    assert list(codes) == NUMBERS.split()
    assert codes["16/2024/QĐ-UBND"] == codes["06/2023/NQ-HĐND"] == "06-2023-nq-hdnd"


def test_only_the_document_that_the_plan_leaves_undated_has_no_date() -> None:
    texts = [text for d in PACKS[LA25].documents for text in (d, *d.also)]
    assert [text.number for text in texts if text.date is None] == ["1437/QĐ-TTg"]
    assert min(t.date for t in texts if t.date) == date(2018, 5, 10)
    assert max(t.date for t in texts if t.date) == date(2024, 12, 17)


def test_the_schools_plan_lists_its_own_twenty_five_documents() -> None:
    parts = [d.part for d in PACKS[GDDT].documents]
    assert [parts.count(p) for p in ("Văn bản Trung ương", "Văn bản cấp tỉnh", "Văn bản của ngành")] == [7, 15, 3]


REPORTS: list[tuple[str, str, str, str | None]] = [
    (LA25, "so-tt-tt", "quarter", None),
    (LA22, "so-tt-tt", "quarter", None),
    (GDDT, "so-gd-dt", "once", "2023-11-20"),
    (GDDT, "so-tt-tt", "once", "2023-12-01"),
    (BRVT, "brvt-so-vh-tt-dl", "year", "11-30"),
    (LC, "lai-chau-so-kh-cn", "year", "12-15"),
]


@pytest.mark.parametrize(("pack", "to", "per", "before"), REPORTS)
def test_every_reporting_deadline_is_in_its_pack(pack: str, to: str, per: str, before: str | None) -> None:
    reports = {(r.to, r.per, r.before) for r in PACKS[pack].reports}
    assert (to, ReportPer(per), before) in reports


def test_lai_chau_also_reports_on_request() -> None:
    assert [r.on_request for r in PACKS[LC].reports] == [True]


def test_the_hotlines_and_addresses_of_1022_are_to_be_introduced() -> None:
    platform = next(p for p in PACKS[LA25].platforms if p.code == "he-thong-1022")
    assert platform.hotlines == ("1022", "0272.1022")
    assert platform.emails == ("1022@longan.gov.vn",)
    assert platform.addresses == ("https://1022.longan.gov.vn",)


def test_the_materials_of_the_2022_letter_are_named() -> None:
    assert [m.medium for m in PACKS[LA22].materials] == [
        *("leaflet", "banner", "loudspeaker", "banner", "loudspeaker", "slogan", "poster")
    ]


def test_forms_reach_elderly_people_and_minority_languages_and_the_national_day() -> None:
    forms = {form.code: form for form in PACKS[LA25].forms}
    assert {"nguoi-cao-tuoi", "dan-toc-thieu-so"} <= set(forms["ban-cho-nhom-dac-thu"].audiences)
    assert "10/10" in forms["ngay-chuyen-doi-so-quoc-gia"].title
    assert {"nhan-tin", "thang-su-kien", "khao-sat-phan-hoi", "tai-lieu-dung-chung"} <= set(forms)


def shared(pick: str, skip: set[str]) -> dict[str, list[dict[str, Any]]]:
    """For each code: what the packs that use it say about it."""
    said: dict[str, list[dict[str, Any]]] = {}
    for pack in PACKS.values():
        for item in getattr(pack, pick):
            said.setdefault(item.code, []).append(item.model_dump(exclude=skip))
    return {code: values for code, values in said.items() if len(values) > 1}


@pytest.mark.parametrize(
    ("pick", "skip"),
    [("units", {"groups"}), ("columns", {"note"}), ("documents", {"part", "position", "also", "note"})],
)
def test_packs_that_share_a_code_mean_the_same_thing(pick: str, skip: set[str]) -> None:
    both = shared(pick, skip)
    assert both
    assert [code for code, values in both.items() if any(a != b for a, b in pairwise(values))] == []


@pytest.mark.parametrize("code", PACKS)
def test_a_pack_survives_being_kept_as_json(code: str) -> None:
    pack = PACKS[code]
    assert Pack.model_validate(pack.model_dump(mode="json")) == pack
    assert Pack.model_validate_json(pack.model_dump_json()) == pack
