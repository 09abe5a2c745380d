"""What counts as shown as sent, and what does not."""

from typing import Any

import pytest

from channels.zalo_oa.articles.comparing import differing

LINK = "https://tinh.example.vn/tin/7?utm_source=zalo_oa&utm_content=7-2&utm_id=ab12"
SENT: dict[str, Any] = {
    "title": "Lệ phí còn 5.000 đồng",
    "description": "Từ “ngày mai” – giảm lệ phí.",
    "author": "Ngọc Diệp",
    "cover": {"cover_type": "photo", "photo_url": "https://tinh.example.vn/a.jpg", "status": "show"},
    "body": [{"type": "text", "content": "Lệ phí & thuế."}, {"type": "image", "url": "https://tinh.example.vn/b.jpg"}],
    "status": "show",
    "comment": "show",
    "tracking_link": LINK,
}


@pytest.mark.parametrize(
    ("shown", "differs"),
    [
        ({}, ()),
        ({"title": "Lệ phí còn 5,000 đồng"}, ("title",)),
        ({"title": "Lệ phí  còn 5.000 đồng "}, ()),
        ({"title": "L\u00ea\u0323 ph\u00ed còn 5.000 đồng"}, ()),
        ({"description": 'Từ "ngày mai" - giảm lệ phí.'}, ()),
        ({"description": "Từ “hôm nay” – giảm lệ phí."}, ("description",)),
        ({"description": None, "author": "", "body": []}, ()),
        ({"author": "Người khác"}, ("author",)),
        ({"status": "hide"}, ("status",)),
        ({"status": 1, "comment": "enable"}, ()),
        ({"comment": "hide"}, ("comment",)),
        ({"body": [{"type": "text", "content": "<p>Lệ phí &amp; thuế.</p>"}, SENT["body"][1]]}, ()),
        ({"body": [SENT["body"][0]]}, ("body",)),
        ({"body": [SENT["body"][0], {"type": "image", "url": "https://zalo.example/x"}]}, ()),
        ({"body": [SENT["body"][0], {"type": "image", "url": "https://tinh.example.vn/c.jpg"}]}, ("body",)),
        ({"cover": {"photo_url": "https://tinh.example.vn/c.jpg"}}, ("cover",)),
        ({"cover": {"photo_url": "https://cdn.zalo.example/c.jpg"}}, ()),
        ({"cover": None}, ()),
        ({"tracking_link": LINK.replace("7-2", "7-1")}, ("tracking_link",)),
        ({"tracking_link": LINK + "&zarsrc=31"}, ()),
        ({"tracking_link": "https://tinh.example.vn/tin/7"}, ("tracking_link",)),
        ({"tracking_link": "https://zalo.example/r/8Xf3"}, ()),
        ({"tracking_link": "http://["}, ()),
    ],
)
def test_parts(shown: dict[str, Any], differs: tuple[str, ...]) -> None:
    assert differing({**SENT, **shown}, SENT) == differs


def test_details_without_any_text_say_nothing() -> None:
    assert differing({"status": "show", "cover": SENT["cover"]}, SENT) is None
