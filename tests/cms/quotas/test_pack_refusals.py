"""A bad plan pack is refused with its file, line and one sentence; nothing of it is loaded."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.quotas.packs.refusal import PackError
from cms.quotas.packs.schema import Pack
from cms.quotas.packs.yaml_reading import MAX_BYTES, builtin_packs, parse_pack, read_pack

GOOD = """\
format: 1
plan:
  code: ke-hoach
  title: Kế hoạch thử
  short_title: Thử
  issuer: UBND tỉnh
  root: tinh
  valid_from: 2025-01-01
  valid_to: 2025-12-31
  source: Văn bản thử
groups:
  - {code: huyen, title: Cấp huyện}
media:
  - {code: zalo, title: Zalo OA}
units:
  - code: tinh
    name: Tỉnh
  - code: huyen-a
    name: Huyện A
    parent: tinh
    groups: [huyen]
    valid_to: 2025-06-30
    successor: xa-a
  - code: xa-a
    name: Xã A
    parent: tinh
    valid_from: 2025-07-01
columns:
  - {code: chuyen-doi-so, title: Chuyển đổi số}
platforms:
  - {code: cong, name: Cổng, kind: cong, addresses: ["https://vi.du.vn"], hotlines: ["0272.1022"], emails: [a@du.vn]}
audiences:
  - {code: nguoi-dan, title: Người dân}
topics:
  - {code: dich-vu, title: Dịch vụ, text: Dịch vụ công, platforms: [cong], audiences: [nguoi-dan]}
documents:
  - {code: 749-qd-ttg, part: Trung ương, position: 1, kind: Quyết định, number: 749/QĐ-TTg, issuer: Thủ tướng, title: Chương trình}
tasks:
  - code: 2.4
    title: Nhiệm vụ
    owners: {groups: [huyen]}
    source: Phụ lục II
    quotas:
      - code: 2.4
        of_what: tin, bài
        media: [zalo]
        column: chuyen-doi-so
        at_least: 2
        per: week
        kinds: [article]
        topics: [dich-vu]
        evidence: receipt
reports:
  - code: bao-cao
    title: Báo cáo
    owners: {units: [huyen-a]}
    to: tinh
    per: year
    before: 11-30
    source: Mục VI
"""  # noqa: E501


def refused(text: str) -> PackError:
    with pytest.raises(PackError) as caught:
        parse_pack(text.encode(), "ke-hoach.yaml")
    return caught.value


def line_of(needle: str, text: str) -> int:
    assert text.count(needle) == 1, needle
    return text[: text.index(needle)].count("\n") + 1


def test_the_good_pack_is_good() -> None:
    pack = parse_pack(GOOD.encode(), "ke-hoach.yaml")
    assert pack.tasks[0].code == "2.4"
    assert pack.platforms[0].hotlines == ("0272.1022",)
    assert pack.documents[0].date is None


CASES: list[tuple[str, str, str, str, str]] = [
    # what is written instead of what; where the refusal points; its path; part of the sentence
    ("  title: Kế hoạch thử\n", "", "plan:\n", "plan.title", "Thiếu “title”"),
    ("per: week", "pre: week", "pre: week", "tasks[0].quotas[0].pre", "có phải là “per”"),
    ("per: week", "per: week\n        mau: xanh", "mau:", "tasks[0].quotas[0].mau", "không có trong lược đồ"),
    ("per: week", "per: fortnight", "fortnight", "tasks[0].quotas[0].per", "chỉ nhận: day, week, month, quarter, year"),
    ("kinds: [article]", "kinds: [poem]", "poem", "tasks[0].quotas[0].kinds[0]", "chỉ nhận: article"),
    ("at_least: 2", "at_least: hai", "hai\n", "tasks[0].quotas[0].at_least", "phải là số nguyên, đang là “hai”"),
    ("at_least: 2", "at_least: 0", "at_least", "tasks[0].quotas[0].at_least", "từ 1 trở lên"),
    ("valid_to: 2025-12-31", "valid_to: 2025-02-30", "2025-02-30", "plan.valid_to", "“2025-02-30” không có thật"),
    ("valid_to: 2025-12-31", "valid_to: 31/12/2025", "31/12/2025", "plan.valid_to", "viết theo dạng 2025-01-31"),
    ("valid_to: 2025-12-31", "valid_to: 2025", "valid_to: 2025\n", "plan.valid_to", "không có thật"),
    ("valid_to: 2025-12-31", "valid_to: 2024-12-31", "2024-12-31", "plan.valid_to", "trước ngày bắt đầu 01/01/2025"),
    ("code: xa-a\n", "code: Xã A\n", "code: Xã A", "units[2].code", "chữ thường không dấu"),
    ("  - code: xa-a\n", "  - {code: tinh, name: B}\n  - code: xa-a\n", "name: B", "units[2].code", "đã dùng ở trên"),
    ("    parent: tinh\n    groups", "    parent: tjnh\n    groups", "tjnh", "units[1].parent", "Không có đơn vị nào"),
    ("code: tinh\n", "code: tinh\n    parent: huyen-a\n", "parent: huyen-a", "units[0].parent", "cấp trên của chính"),
    ("successor: xa-a", "successor: xa-b", "xa-b", "units[1].successor", "Không có đơn vị nào mang mã “xa-b”"),
    ("    valid_to: 2025-06-30\n", "", "successor", "units[1].successor", "phải có valid_to"),
    ("valid_from: 2025-07-01", "valid_to: 2025-03-01", "successor", "units[1].successor", "sau ngày 30/06/2025"),
    ("groups: [huyen]\n    valid", "groups: [xa]\n    valid", "[xa]", "units[1].groups[0]", "chưa được khai báo"),
    ("owners: {groups: [huyen]}", "owners: {groups: [xa]}", "[xa]", "tasks[0].owners.groups[0]", "chưa được khai báo"),
    ("    groups: [huyen]\n", "", "owners: {groups", "tasks[0].owners.groups[0]", "không có đơn vị nào nên không ai"),
    ("owners: {units: [huyen-a]}", "owners: {units: []}", "units: []", "reports[0].owners", "ít nhất một đơn vị"),
    ("media: [zalo]", "media: [facebook]", "facebook", "tasks[0].quotas[0].media[0]", "Kênh “facebook”"),
    ("media: [zalo]", "media: []", "media: []", "tasks[0].quotas[0].media", "không được để trống"),
    ("media: [zalo]", "media: zalo", "media: zalo", "tasks[0].quotas[0].media", "phải là danh sách"),
    ("column: chuyen-doi-so", "column: khac", "khac", "tasks[0].quotas[0].column", "Chuyên mục “khac”"),
    ("topics: [dich-vu]", "topics: [khac]", "khac", "tasks[0].quotas[0].topics[0]", "Chủ đề “khac”"),
    ("platforms: [cong]", "platforms: [app]", "[app]", "topics[0].platforms[0]", "Nền tảng “app”"),
    ("audiences: [nguoi-dan]", "audiences: [ai]", "[ai]", "topics[0].audiences[0]", "Đối tượng “ai”"),
    ("https://vi.du.vn", "javascript:alert(1)", "javascript", "platforms[0].addresses[0]", "phải bắt đầu bằng http"),
    ('"0272.1022"', "goi-ngay", "goi-ngay", "platforms[0].hotlines[0]", "Số điện thoại “goi-ngay”"),
    ("a@du.vn", "a.du.vn", "a.du.vn", "platforms[0].emails[0]", "Thư điện tử"),
    ("before: 11-30", "before: 11-31", "11-31", "reports[0].before", "không có thật"),
    ("before: 11-30", "before: 2025-11-30", "2025-11-30", "reports[0].before", "chỉ gồm tháng và ngày"),
    ("per: year\n", "per: once\n", "before", "reports[0].before", "đủ ngày, tháng, năm"),
    ("per: year\n", "per: quarter\n", "before", "reports[0].before", "hãy bỏ khóa before"),
    (
        "at_least: 2",
        "at_least: 2\n        share: {percent: 101, of: trường}",
        "percent",
        "tasks[0].quotas[0].share.percent",
        "từ 100 trở xuống",
    ),
    ("at_least: 2", "share: {percent: 100, of: trường}", "share", "tasks[0].quotas[0].share", "phải có at_least"),
    ("number: 749/QĐ-TTg", "number: ''", "number: ''", "documents[0].number", "không được để trống"),
    ("name: Xã A", "name: [Xã, A]", "[Xã, A]", "units[2].name", "phải là một đoạn chữ"),
    ("owners: {units: [huyen-a]}", "owners: huyen-a", "owners: huyen-a", "reports[0].owners", "khóa: giá trị"),
    ("format: 1", "format: 2", "format", "format", "chỉ nhận: 1"),
    ("code: 2.4\n        of", "code: 2,4\n        of", "2,4", "tasks[0].quotas[0].code", "ví dụ 2.4"),
]


@pytest.mark.parametrize(("old", "new", "needle", "path", "sentence"), CASES)
def test_a_bad_value_is_refused_where_it_stands(old: str, new: str, needle: str, path: str, sentence: str) -> None:
    assert GOOD.count(old) == 1, old
    text = GOOD.replace(old, new)
    error = refused(text)
    assert sentence in str(error.reason)
    assert error.path == path
    assert error.line == line_of(needle, text)
    assert str(error) == f"ke-hoach.yaml, dòng {error.line}: {error.reason}"


YAML_CASES: list[tuple[str, str, str, str]] = [
    ("name: Tỉnh\n", "name: &t Tỉnh\n", "&t", "neo (&)"),
    ("name: Xã A\n", "name: *t\n", "*t", "bí danh (*)"),
    ("name: Xã A\n", "name: !!python/object/apply:os.system [ls]\n", "!!python", "thẻ (!)"),
    ("name: Xã A\n", "name: Xã A\n    name: Xã B\n", "Xã B", "“name” viết hai lần"),
    ("name: Xã A\n", 'name: "Xã A\n', "reports:", "Sai cú pháp YAML"),
    ("name: Xã A\n", "\tname: Xã A\n", "\tname", "Sai cú pháp YAML"),
    ("name: Xã A\n", "name: Xã\x07A\n", "\x07", "ký tự điều khiển"),
    ("name: Xã A\n", "? [a, b]\n    : Xã A\n", "[a, b]", "Khóa phải là một từ"),
    ("reports:\n", "---\nreports:\n", "---", "một tài liệu YAML"),
    ("name: Xã A\n", "name: " + "[" * 40 + "]" * 40 + "\n", "[[", "lồng nhau quá sâu"),
]


@pytest.mark.parametrize(("old", "new", "needle", "sentence"), YAML_CASES)
def test_yaml_that_is_unsafe_or_unclear_is_refused(old: str, new: str, needle: str, sentence: str) -> None:
    text = GOOD.replace(old, new, 1)
    error = refused(text)
    assert sentence in str(error.reason)
    if needle != "reports:":
        assert error.line == text[: text.index(needle)].count("\n") + 1
    else:
        assert error.line > 0


def test_a_billion_laughs_are_refused_at_the_first_anchor() -> None:
    laughs = "a: &a [x]\n" + "".join(f"b{i}: &b{i} [{', '.join(['*a'] * 9)}]\n" for i in range(9))
    assert refused(laughs).line == 1


def test_a_file_that_is_not_utf_8_is_refused_at_its_line() -> None:
    with pytest.raises(PackError, match=r"dòng 4: .*UTF-8"):
        parse_pack(GOOD.encode().replace("Kế hoạch thử".encode(), b"K\xff"), "ke-hoach.yaml")


def test_a_file_of_more_than_two_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "to.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(PackError, match="lớn hơn 2 MB"):
        read_pack(path)


@pytest.mark.parametrize("text", ["", "# chỉ có ghi chú\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert "Tệp trống" in str(refused(text))


@pytest.mark.parametrize("text", ["- một\n- hai\n", "chữ\n", "null\n"])
def test_a_file_that_is_not_a_plan_is_refused(text: str) -> None:
    assert refused(text).line == 1


def test_every_problem_is_told_topmost_first() -> None:
    text = (
        GOOD.replace("per: week", "per: tuan").replace("valid_to: 2025-12-31", "valid_to: mai").replace("to: tinh", "")
    )
    error = refused(text)
    lines = [error.line, *(other.line for other in error.others)]
    assert lines == sorted(lines)
    assert [error.path, *(other.path for other in error.others)] == [
        "plan.valid_to",
        "tasks[0].quotas[0].per",
        "reports[0].to",
    ]


def test_scalars_stay_what_the_author_typed() -> None:
    pack = parse_pack(GOOD.replace("name: Xã A", "name: no").encode(), "ke-hoach.yaml")
    assert pack.units[2].name == "no"


def test_text_is_composed_however_it_was_typed() -> None:
    pack = parse_pack(unicodedata.normalize("NFD", GOOD).encode(), "ke-hoach.yaml")
    assert pack == parse_pack(GOOD.encode(), "ke-hoach.yaml")


def test_refusals_of_a_real_pack_name_the_real_line() -> None:
    source = builtin_packs()["long-an-2025"]
    text = source.read_text(encoding="utf-8")
    needle = "column: chuyen-doi-so\n        at_least: 2"
    with pytest.raises(PackError) as caught:
        parse_pack(text.replace(needle, needle.replace("chuyen-doi-so", "chuyen-doi")).encode(), source.name)
    assert caught.value.line == line_of(needle, text)


def attempt(data: bytes) -> Pack | PackError:
    try:
        return parse_pack(data, "x.yaml")
    except PackError as error:
        return error


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_bytes_of_any_kind_give_a_pack_or_a_refusal(data: bytes) -> None:
    assert isinstance(attempt(data), PackError)


LINES = GOOD.splitlines(keepends=True)


@given(st.integers(0, len(LINES) - 1), st.sampled_from(["", "  - x\n", "x: y\n", ": :\n", "[\n", "}\n", '"\n']))
@settings(max_examples=150, deadline=None)
def test_any_line_replaced_gives_a_pack_or_a_refusal_inside_the_file(index: int, line: str) -> None:
    result = attempt("".join([*LINES[:index], line, *LINES[index + 1 :]]).encode())
    assert isinstance(result, Pack) or 0 <= result.line <= len(LINES) + 1
