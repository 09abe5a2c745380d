"""The audit trail: everything that is recorded has words, admins see their units', and the file computes nothing."""

import ast
import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

import cms
from cms.audit import queries as reading
from cms.audit import wording
from cms.audit.names import ACTIONS, DETAILS, SUBJECTS
from cms.audit.queries import AuditFilter
from cms.core.audit import record
from cms.core.database import changing, db
from cms.core.permissions import Actor
from cms.models.roles import Role
from cms.web.output.csv_escaping import safe
from tests.cms.newsroom import Newsroom, actor, newsroom, person, sign_in, story
from tests.conftest import Clock

pytestmark = pytest.mark.one_database

HOUSE = Path(cms.__file__).parent


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


def recorded() -> Iterator[tuple[str, str]]:
    """Every action that the code records: where, and its name."""
    for path in HOUSE.rglob("*.py"):
        if path.parent.name in {"audit", "versions", "models"} or path.name == "tables.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                subject, dot, deed = node.value.partition(".")
                if dot and subject in SUBJECTS and deed.replace("_", "").isalpha() and deed != "html":
                    yield path.name, node.value


def test_every_recorded_action_has_words_for_people() -> None:
    unnamed = {f"{where}: {action}" for where, action in recorded() if action not in ACTIONS}
    assert unnamed == set(), "add them to cms/audit/names.py"
    assert len({action for _where, action in recorded()}) > 30


def test_every_name_is_about_a_known_subject() -> None:
    assert {action.partition(".")[0] for action in ACTIONS} <= set(SUBJECTS)


@pytest.mark.parametrize(
    ("detail", "lines"),
    [
        ({"reason": "tin cũ"}, ["Lý do: tin cũ"]),
        ({"at": "now"}, ["Lúc: ngay"]),
        ({"at": "2026-11-22T10:30:00+00:00"}, ["Lúc: 17:30 22/11/2026 GMT+7"]),
        ({"last_day": "2026-12-31"}, ["Ngày cuối: 31/12/2026"]),
        ({"changes": {"name": ["Cũ", "Mới"], "own_approval": [False, True]}},
         ["Tên: Cũ → Mới", "Được tự duyệt bài mình viết: không → có"]),
        ({"changes": {"valid_to": [None, "2026-12-31"]}}, ["Đến ngày: – → 31/12/2026"]),
        ({"roles": [["Báo", "editor"], ["Huyện", "lead"]]},
         ["Vai trò: Biên tập viên (Báo), Lãnh đạo duyệt bài (Huyện)"]),
        ({"role": "admin"}, ["Vai trò: Quản trị viên"]),
        ({"kind": "portal_rss"}, ["Loại: Cổng thông tin (RSS)"]),
        ({"late_policy": "missed"}, ["Khi trễ giờ: Không phát hành nữa, ghi là lỡ giờ"]),
        ({"until": None, "link": ""}, []),
        ({"something": "else"}, ["something: else"]),
        ({"day": "2026-99-99"}, ["Ngày: 2026-99-99"]),
    ],
)  # fmt: skip
def test_details_read_as_sentences(detail: dict[str, object], lines: list[str]) -> None:
    assert [f"{line.name}: {line.value}" for line in wording.lines(detail, str)] == lines


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+84 272", "'+84 272"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("Nộp hồ sơ = dễ", "Nộp hồ sơ = dễ"),
        ("", ""),
    ],
)
def test_no_cell_computes(cell: str, shown: str) -> None:
    assert safe(cell) == shown


def write(someone: Actor, count: int, clock: Clock, **more: object) -> None:
    with changing() as session:
        for number in range(count):
            record(
                session, someone, "story.save", "story", number, now=clock() + timedelta(seconds=number),
                unit_id=more.get("unit_id"), revision=number,  # type: ignore[arg-type]
            )  # fmt: skip


def everything(someone: Actor, wanted: AuditFilter = AuditFilter()) -> list[int | None]:  # noqa: B008  # frozen
    after, found, steps = None, [], 0
    while True:
        page = reading.page(db.session(), someone, wanted, after)
        found += [entry.subject_id for entry in page.entries]
        steps += 1
        if page.onward is None:
            return found
        after = page.onward


@pytest.mark.both_databases
def test_all_pages_together_are_all_entries_once_newest_first(news: Newsroom, clock: Clock) -> None:
    write(actor(news.editor), 120, clock, unit_id=news.paper.id)
    db.session.rollback()
    assert everything(actor(news.admin)) == list(reversed(range(120)))


def test_entries_of_the_same_instant_are_neither_lost_nor_doubled(news: Newsroom, clock: Clock) -> None:
    with changing() as session:
        for number in range(120):
            record(session, actor(news.editor), "story.save", "story", number, now=clock(), unit_id=news.paper.id)
    assert sorted(everything(actor(news.admin)), key=str) == sorted(range(120), key=str)


@pytest.mark.both_databases
def test_an_admin_sees_the_entries_of_their_units_and_of_their_people(news: Newsroom, clock: Clock) -> None:
    local = person("thu", (Role.ADMIN, news.district))
    with changing() as session:
        record(session, actor(news.editor), "story.save", "story", 1, now=clock(), unit_id=news.paper.id)
        record(session, actor(news.broadcaster), "broadcast.log", "broadcast", 2, now=clock(), unit_id=news.district.id)
        record(session, actor(news.broadcaster), "person.sign_in", "person", 3, now=clock())
        record(session, actor(news.editor), "person.sign_in", "person", 4, now=clock())
        record(session, Actor(None, "", ()), "person.sign_in_refused", "person", None, now=clock())
    assert sorted(everything(actor(local)), key=str) == [2, 3]
    assert sorted(everything(actor(news.admin)), key=str) == [1, 2, 3, 4, None]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", 3),
        ("?who=nguyen+khoi", 1),
        ("?who=QUAN", 1),
        ("?action=story", 1),
        ("?action=unit.edit", 1),
        ("?action=unknown", 3),
        ("?since=2026-11-23", 1),
        ("?until=2026-11-22", 2),
        ("?subject=story&subject_id=7", 1),
        ("?subject=story&subject_id=8", 0),
    ],
)
def test_filters(app: Flask, news: Newsroom, clock: Clock, query: str, shown: int) -> None:
    with changing() as session:
        record(session, actor(news.editor), "story.save", "story", 7, now=clock(), unit_id=news.paper.id)
        record(session, actor(news.admin), "unit.edit", "unit", 1, now=clock(), unit_id=news.paper.id)
        late = clock() + timedelta(days=1)
        record(session, actor(news.lead), "delivery.retry", "delivery", 9, now=late, unit_id=news.paper.id)
    page = sign_in(app, news.admin).get(f"/audit{query}").text
    assert page.count("<tr>") - 1 == (shown if shown else -1)


def test_the_page_names_people_things_and_changes(app: Flask, news: Newsroom, clock: Clock) -> None:
    made = story(news.editor, news.paper, now=clock(), title="Một tin mới")
    page = sign_in(app, news.admin).get("/audit").text
    for words in (
        "Nguyễn Minh Khôi",
        "Tạo tin, bài",
        "Một tin mới",
        "08:00:00 22/11/2026",
        "Báo Sông Vàm",
        "trang web",
    ):
        assert words in page
    assert f"/stories/{made.id}" in page or "stories.story" not in app.view_functions


def test_the_file_has_what_the_page_shows_and_no_formula(app: Flask, news: Newsroom, clock: Clock) -> None:
    story(news.editor, news.paper, now=clock(), title='=HYPERLINK("http://evil.example";"x")')
    answer = sign_in(app, news.admin).get("/audit.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="nhat-ky-2026-11-22.csv"'
    assert answer.text.startswith("\ufeffThời gian (GMT+7),")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert len(rows) == 2
    assert rows[1][1:5] == ["Nguyễn Minh Khôi", "khoi", "Tạo tin, bài", "Tin, bài"]
    assert rows[1][6] == '\'=HYPERLINK("http://evil.example";"x")'
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.both_databases
def test_the_file_has_all_entries(app: Flask, news: Newsroom, clock: Clock) -> None:
    write(actor(news.editor), 2_300, clock, unit_id=news.paper.id)
    rows = list(csv.reader(io.StringIO(sign_in(app, news.admin).get("/audit.csv?action=story.save").text)))
    assert len(rows) == 2_301


@pytest.mark.both_databases
def test_a_long_file_says_that_it_was_cut(
    app: Flask, news: Newsroom, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST", 10)
    monkeypatch.setattr(reading, "BATCH", 10)
    write(actor(news.editor), 15, clock, unit_id=news.paper.id)
    rows = list(csv.reader(io.StringIO(sign_in(app, news.admin).get("/audit.csv").text)))
    assert len(rows) == 1 + 10 + 1
    assert "chọn khoảng ngày ngắn hơn" in rows[-1][0]


@pytest.mark.parametrize("who", ["editor", "lead", "viewer", "broadcaster", "outsider"])
def test_only_admins_see_the_trail(app: Flask, news: Newsroom, who: str) -> None:
    browser = sign_in(app, getattr(news, who))
    assert {browser.get(path).status_code for path in ("/audit", "/audit.csv")} == {403}


@pytest.mark.both_databases
def test_the_number_of_queries_does_not_grow(app: Flask, news: Newsroom, clock: Clock) -> None:
    browser = sign_in(app, news.admin)

    def queries() -> int:
        sent: list[str] = []

        def note(*args: object) -> None:
            sent.append(str(args[2]))

        event.listen(db.engine, "before_cursor_execute", note)
        assert browser.get("/audit").status_code == 200
        event.remove(db.engine, "before_cursor_execute", note)
        return len(sent)

    write(actor(news.editor), 1, clock, unit_id=news.paper.id)
    queries()
    before = queries()
    write(actor(news.editor), 45, clock, unit_id=news.paper.id)
    assert queries() == before


def test_details_have_vietnamese_names() -> None:
    assert all(name and name != key for key, name in DETAILS.items())
