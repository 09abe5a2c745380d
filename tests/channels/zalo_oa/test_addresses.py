"""Addresses as Zalo wants them, and who can reach them."""

import pytest

from channels.zalo_oa.api.addresses import Zone, can_be_fetched, encoded, zone
from channels.zalo_oa.simulator.rules import is_picture_url


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://tinh.vn/ảnh bìa.jpg", "https://tinh.vn/%E1%BA%A3nh%20b%C3%ACa.jpg"),
        ("https://tinh.vn/a%20b.jpg", "https://tinh.vn/a%20b.jpg"),
        ("https://tỉnh.vn/a.jpg", "https://xn--tnh-dlz.vn/a.jpg"),
        ("https://tinh.vn/a.jpg?tên=bìa#x", "https://tinh.vn/a.jpg?t%C3%AAn=b%C3%ACa"),
        ("https://tinh.vn:8443/a.jpg", "https://tinh.vn:8443/a.jpg"),
        ("", ""),
    ],
)
def test_vietnamese_letters_are_encoded_once(url: str, wanted: str) -> None:
    assert encoded(url) == wanted
    assert encoded(wanted) == wanted
    assert not wanted or is_picture_url(wanted)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://openapi.zalo.me", Zone.PUBLIC),
        ("http://127.0.0.1:8000/a", Zone.LOOPBACK),
        ("http://localhost:8000", Zone.LOOPBACK),
        ("http://[::1]:80/", Zone.LOOPBACK),
        ("http://192.168.1.4/a", Zone.PRIVATE),
        ("http://may-chu/a", Zone.PRIVATE),
        ("http://toa-soan.local/a", Zone.PRIVATE),
        ("ftp://tinh.vn/a", Zone.NOWHERE),
        ("/media/a.jpg", Zone.NOWHERE),
        ("http://[::1", Zone.NOWHERE),
        ("", Zone.NOWHERE),
    ],
)
def test_zones(url: str, wanted: Zone) -> None:
    assert zone(url) is wanted


@pytest.mark.parametrize(
    ("picture", "api", "wanted"),
    [
        ("http://127.0.0.1:8000/a.jpg", "http://127.0.0.1:9000", True),
        ("http://127.0.0.1:8000/a.jpg", "https://openapi.zalo.me", False),
        ("http://10.0.0.5/a.jpg", "https://openapi.zalo.me", False),
        ("http://10.0.0.5/a.jpg", "http://zalo-thu", True),
        ("https://tinh.vn/a.jpg", "https://openapi.zalo.me", True),
    ],
)
def test_zalo_sees_the_internet_and_a_simulator_its_own_machine(picture: str, api: str, wanted: bool) -> None:
    assert can_be_fetched(picture, api) is wanted
