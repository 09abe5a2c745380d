"""A person who writes on one story in several tabs loses nothing in any of them, and is told."""

import pytest
from flask import Flask

from cms.core.database import changing
from cms.stories.editing import writing
from cms.stories.editing.content import parse
from tests.cms import newsroom
from tests.cms.newsroom import Browser, Newsroom
from tests.cms.stories.writing_desk import article, body_of, keep, post, tab_of, text, working_copies
from tests.conftest import Clock


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


@pytest.fixture
def editor(app: Flask, house: Newsroom) -> Browser:
    return newsroom.sign_in(app, house.editor)


def test_the_copies_of_two_tabs_are_kept_apart_and_the_person_is_told(
    editor: Browser, house: Newsroom, clock: Clock
) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock(), body="Câu đầu.")
    url, base = f"/stories/{made.id}", made.current_id
    one, two = tab_of(editor.get(url)), tab_of(editor.get(url))
    typed = article(house, base=base, body="Câu đầu. Đoạn ở thẻ một.", **one)
    assert keep(editor, url, typed)["elsewhere"] == ""
    clock.turn(minutes=1)
    told = keep(editor, url, article(house, base=base, body="Câu đầu. Đoạn ở thẻ hai.", **two))["elsewhere"]
    assert told.startswith("Bạn còn một bản khác của bài này, viết ở thẻ hoặc máy khác, lưu tạm lúc 08:00 22/11/2026")
    assert {copy.content["body"] for copy in working_copies()} == {
        "Câu đầu. Đoạn ở thẻ một.", "Câu đầu. Đoạn ở thẻ hai.",
    }  # fmt: skip
    page = text(editor.get(url))
    assert ">Câu đầu. Đoạn ở thẻ hai.</textarea>" in page
    assert "<del>một</del><ins>hai</ins>" in page
    assert ">Câu đầu. Đoạn ở thẻ một.</textarea>" in text(editor.get(f"{url}?copy={one['tab']}"))


def test_saving_one_tab_leaves_the_text_of_the_other_which_is_then_compared(
    editor: Browser, house: Newsroom, clock: Clock
) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock(), body="Câu đầu.")
    url, base = f"/stories/{made.id}", made.current_id
    one, two = tab_of(editor.get(url)), tab_of(editor.get(url))
    keep(editor, url, article(house, base=base, body="Của thẻ một.", **one))
    assert post(editor, url, article(house, base=base, body="Của thẻ hai.", **two)).status_code == 303
    assert [copy.content["body"] for copy in working_copies()] == ["Của thẻ một."]
    answer = post(editor, url, article(house, base=base, body="Của thẻ một.", **one))
    assert answer.status_code == 409
    assert "Bạn đã lưu bản 2 ở một thẻ hoặc máy khác" in text(answer)
    assert ">Của thẻ một.</textarea>" in text(answer)
    assert body_of(made.id) == "Của thẻ hai."


def test_a_page_goes_on_with_the_copy_it_shows_unless_that_one_is_still_written_on(
    editor: Browser, house: Newsroom, clock: Clock
) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock(), body="Câu đầu.")
    url, base = f"/stories/{made.id}", made.current_id
    first = tab_of(editor.get(url))
    keep(editor, url, article(house, base=base, body="Một.", **first))
    reloaded, other = tab_of(editor.get(url)), tab_of(editor.get(url))
    keep(editor, url, article(house, base=base, body="Một. Hai.", **reloaded))
    assert [copy.content["body"] for copy in working_copies()] == ["Một. Hai."]
    keep(editor, url, article(house, base=base, body="Một. Ba.", **first))
    keep(editor, url, article(house, base=base, body="Một. Bốn.", **other))
    assert {copy.content["body"] for copy in working_copies()} == {"Một. Hai.", "Một. Ba.", "Một. Bốn."}


def stamp_of(tab: dict[str, str]) -> int:
    """By which the copy of a page is known as it is now."""
    [stamp] = [copy.stamp for copy in working_copies() if copy.tab == tab["tab"]]
    return stamp


def test_the_copy_of_another_tab_is_dropped_only_as_it_was_seen(editor: Browser, house: Newsroom, clock: Clock) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock(), body="Câu đầu.")
    url, base = f"/stories/{made.id}", made.current_id
    one, two = tab_of(editor.get(url)), tab_of(editor.get(url))
    keep(editor, url, article(house, base=base, body="Một.", **one))
    keep(editor, url, article(house, base=base, body="Hai.", **two))
    seen = f"{one['tab']}:{stamp_of(one)}"
    keep(editor, url, article(house, base=base, body="Một nữa.", **one))
    editor.post(f"{url}/working-copy/drop-other", data={"other": seen})
    assert "vừa được viết thêm nên vẫn được giữ" in text(editor.get(url))
    assert len(working_copies()) == 2
    editor.post(f"{url}/working-copy/drop-other", data={"other": f"{one['tab']}:{stamp_of(one)}"})
    assert [copy.content["body"] for copy in working_copies()] == ["Hai."]


def test_a_machine_that_saves_leaves_what_its_person_is_typing(editor: Browser, house: Newsroom, clock: Clock) -> None:
    made = newsroom.story(house.editor, house.paper, now=clock(), body="Câu đầu.")
    keep(editor, f"/stories/{made.id}", article(house, base=made.current_id, body="Đang gõ."))
    with changing() as session:
        content = parse({"title": "Máy ghi", "body": "Máy ghi.", "column": "chuyen-doi-so"})
        writing.save(session, newsroom.actor(house.editor), made.id, content, base_id=None, now=clock())
    assert [copy.content["body"] for copy in working_copies()] == ["Đang gõ."]
