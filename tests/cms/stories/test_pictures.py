"""Pictures: what is one is cleaned and kept once, what is none is refused in one sentence."""

from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from cms.core.database import changing, db
from cms.core.refusal import NotAllowed, Refusal
from cms.models.stories import Asset
from cms.stories.editing import pictures
from cms.web.context import store
from tests.cms import newsroom
from tests.cms.newsroom import Browser, Newsroom
from tests.conftest import Clock


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


def photo(form: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#9b2226").save(out, form)
    return out.getvalue()


def upload(client: Browser, unit_id: int, data: bytes, name: str = "anh.jpg") -> TestResponse:
    """Send the file as a browser does; written out here because the client's own encoder leaves large files open."""
    part = f'--cut\r\nContent-Disposition: form-data; name="unit"\r\n\r\n{unit_id}\r\n--cut\r\n'
    part += f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = part.encode() + data + b"\r\n--cut--\r\n"
    kind = "multipart/form-data; boundary=cut"
    return client.post("/assets", data=body, content_type=kind, headers={"Accept": "application/json"})


def kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Asset)) or 0


def test_a_picture_is_kept_and_the_page_is_told_where(app: Flask, house: Newsroom) -> None:
    client = newsroom.sign_in(app, house.editor)
    answer = upload(client, house.paper.id, photo("PNG"), "Bến phà.png").json
    assert answer is not None
    assert (answer["width"], answer["height"], answer["name"]) == (64, 48, "Bến phà.png")
    assert answer["url"] == f"/media/{answer['sha256']}.png"
    assert answer["sha256"] in store()
    upload(client, house.paper.id, photo("PNG"))
    assert kept() == 1


BAD = [
    (
        b"kh\xc3\xb4ng ph\xe1\xba\xa3i \xe1\xba\xa3nh",
        "Tệp này không phải ảnh JPEG, PNG, WebP, GIF, HEIC hoặc AVIF; hãy chọn tệp ảnh khác.",
        422,
    ),
    (b"", "Tệp này không phải ảnh JPEG, PNG, WebP, GIF, HEIC hoặc AVIF; hãy chọn tệp ảnh khác.", 422),
    (
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "Tệp này thuộc loại SVG, hệ thống không nhận",
        422,
    ),
    (photo()[:-200], "Ảnh bị hỏng hoặc tải lên dở dang; hãy xuất lại ảnh rồi tải lên lần nữa.", 422),
    (photo() + b"0" * 8_000_000, "Ảnh nặng 8,0 MB, tối đa là 8,0 MB; hãy giảm kích thước ảnh.", 413),
    (b"0" * 20_000_000, "Ảnh nặng 20,0 MB, tối đa là 8,0 MB; hãy giảm kích thước ảnh.", 413),
]


def test_what_is_no_picture_is_refused_in_one_sentence(app: Flask, house: Newsroom) -> None:
    client = newsroom.sign_in(app, house.editor)
    for data, sentence, status in BAD:
        answer = upload(client, house.paper.id, data)
        assert answer.json is not None
        assert sentence in answer.json["detail"]
        assert answer.status_code == status
    nothing = client.post("/assets", data={"unit": house.paper.id}, headers={"Accept": "application/json"})
    assert nothing.json is not None
    assert nothing.json["detail"] == "Hãy chọn một tệp ảnh."
    assert kept() == 0


def test_pictures_are_added_to_ones_own_unit_only(app: Flask, house: Newsroom, clock: Clock) -> None:
    assert upload(newsroom.sign_in(app, house.viewer), house.paper.id, photo()).status_code == 403
    assert upload(newsroom.sign_in(app, house.outsider), house.paper.id, photo()).status_code == 403
    assert upload(newsroom.sign_in(app, house.editor), 999, photo()).status_code == 404
    picture = pictures.keep(store(), pictures.clean(photo()))
    with changing() as session, pytest.raises(NotAllowed):
        pictures.add(session, newsroom.actor(house.outsider), house.paper.id, "a.jpg", picture, clock())
    assert kept() == 0


def test_the_service_judges_raw_bytes_itself(app: Flask, house: Newsroom, clock: Clock) -> None:
    editor = newsroom.actor(house.editor)
    with pytest.raises(Refusal) as refused:
        pictures.clean(b"no")
    assert (refused.value.code, refused.value.field) == ("not_a_picture", "picture")
    picture = pictures.keep(store(), pictures.clean(photo()))
    with changing() as session:
        asset = pictures.add(session, editor, house.paper.id, "  a\n b.jpg ", picture, clock())
    assert (asset.name, asset.mime) == ("a b.jpg", "image/jpeg")
