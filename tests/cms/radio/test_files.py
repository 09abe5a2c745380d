"""What a printed script says of itself: who approved it, and in red that it was corrected or that its time is over."""

import io
from datetime import timedelta

import docx
import pypdf
import pytest
from flask import Flask

from cms.models.people import Person
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel
from tests.cms.deliveries.press import bent, promised, work
from tests.cms.newsroom import Browser, Newsroom
from tests.cms.radio.conftest import Live
from tests.conftest import Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def red(browser: Browser, script: int) -> set[str]:
    """What stands in red in the Word file."""
    made = docx.Document(io.BytesIO(browser.get(f"/radio/{script}.docx").data))
    places = (*made.sections[0].header.paragraphs, *made.paragraphs)
    return {run.text for p in places for run in p.runs if run.font.color.rgb and str(run.font.color.rgb) == "C00000"}


def pages(browser: Browser, script: int) -> list[str]:
    return [one.extract_text() for one in pypdf.PdfReader(io.BytesIO(browser.get(f"/radio/{script}.pdf").data)).pages]


def test_a_script_tells_who_approved_it_and_since_when_it_holds(browser: Browser, live: Live) -> None:
    script = live("Nộp hồ sơ từ nhà")
    made = docx.Document(io.BytesIO(browser.get(f"/radio/{script}.docx").data))
    text = [paragraph.text for paragraph in made.paragraphs]
    assert "Duyệt: Lê Ngọc Diệp, 08:00 22/11/2026 GMT+7" in text
    assert "Phát hành: 08:00 22/11/2026 GMT+7" in text
    assert red(browser, script) == set()


def test_a_corrected_script_tells_to_throw_earlier_prints_away(browser: Browser, live: Live, clock: Clock) -> None:
    script = live("Nộp hồ sơ từ nhà")
    bent(script, corrected_at=clock() + timedelta(minutes=29))
    banner = "BẢN SỬA 08:30 22/11/2026 GMT+7 – BỎ MỌI BẢN IN TRƯỚC"
    assert red(browser, script) == {banner}
    assert all(banner in page for page in pages(browser, script))


def test_a_script_whose_time_is_over_says_so_and_leaves_the_prompter(browser: Browser, live: Live) -> None:
    script = live("Nộp hồ sơ từ nhà")
    bent(script, state=DeliveryState.EXPIRED)
    assert red(browser, script) == {"HẾT HẠN – KHÔNG PHÁT"}
    assert all("HẾT HẠN – KHÔNG PHÁT" in page for page in pages(browser, script))
    assert "bộ phận một cửa" not in browser.get(f"/radio/{script}/prompter").text


def test_a_script_tells_until_when_it_may_be_aired(
    app: Flask, news: Newsroom, chief: Person, loudspeaker: Channel, browser: Browser, clock: Clock
) -> None:
    script = promised(app, news, loudspeaker, by=chief)
    work(clock)
    bent(script, until=clock() + timedelta(days=1))
    assert "Phát đến hết: 08:00 23/11/2026 GMT+7" in pages(browser, script)[0]
