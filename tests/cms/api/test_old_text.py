"""A text in an old encoding that comes by the API is told in every channel's preview, with the edits that mend it."""

import pytest

from channels.contract import Edit
from channels.fixing import apply
from tests.cms.api.conftest import Machines
from tests.cms.api.machine import ARTICLE
from tests.cms.newsroom import Newsroom, channel


@pytest.mark.parametrize("kind", ["portal_rss", "radio_script", "led_board"])
def test_a_preview_offers_to_convert(room: Newsroom, machines: Machines, kind: str) -> None:
    channel("led_board", room.paper, "bang")
    content = {**ARTICLE, "title": "Th«ng b¸o vÒ chuyÓn ®æi sè"}
    made = machines.editor.post("/stories", {"unit": room.paper.code, "content": content}, 201)
    findings = machines.editor.get(f"/stories/{made['id']}/preview/{kind}")["findings"]
    (found,) = (one for one in findings if "TCVN3" in one["message"])
    (fix,) = found["fixes"]
    edits = [Edit(**{name: edit[name] for name in ("start", "end", "old", "new")}) for edit in fix["edits"]]
    assert (found["field"], fix["field"]) == ("title", "title")
    assert apply(content["title"], edits) == "Thông báo về chuyển đổi số"
