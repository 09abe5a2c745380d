"""The pages of quotas for a reader: who may, what is on them, as plain words."""

import re
from html import unescape

import pytest
from flask import Flask

from cms.models.roles import Role
from tests.cms.newsroom import Browser, person, sign_in
from tests.cms.quotas.province import Province

WEEK = "2026-W47"
on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def browser(app: Flask, province: Province, role: Role, unit: str = "tinh") -> Browser:
    return sign_in(app, person(f"{role.value}-{unit}", (role, province.units[unit])))


def page(client: Browser, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return unescape(answer.text)


def words(html: str) -> str:
    """What a reader sees: no tags, single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def cell_of(html: str, province: Province, quota: str, unit: str) -> str:
    """The board's cell, as its reader sees it; empty if there is none."""
    address = f"/quotas/{province.quotas[quota].id}/{unit}?period="
    found = re.search(rf'<td class="([^"]+)"[^>]*><a href="{re.escape(address)}[^"]*">(.*?)</a></td>', html)
    return f"{found[1]} {words(found[2])}" if found else ""


def cell_address(province: Province, quota: str, unit: str, more: str = "") -> str:
    return f"/quotas/{province.quotas[quota].id}/{unit}{more}"
