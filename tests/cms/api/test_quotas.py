"""The quota board for machines: the same numbers as the pages, for the units that the caller may see."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from cms.core.database import changing, db
from cms.core.permissions import SYSTEM
from cms.models.people import Unit
from cms.models.roles import Role
from cms.quotas.packs.importing import import_pack, read_file
from cms.quotas.packs.yaml_reading import builtin_packs
from tests.cms.api.machine import Machine, refusal
from tests.cms.newsroom import person
from tests.conftest import SUNDAY

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def province(app: Flask) -> dict[str, Unit]:
    """Long An's plan, prolonged to the year of the tests; units by code."""
    pack = read_file(Path(str(builtin_packs()["long-an-2025"])))
    with changing() as session:
        import_pack(session, SYSTEM, pack, now=SUNDAY, until=SUNDAY.date().replace(month=12), keep_units=True)
    return {unit.code: unit for unit in db.session.scalars(select(Unit))}


@pytest.fixture
def reader(app: Flask, province: dict[str, Unit]) -> Machine:
    """A machine that sees the whole province."""
    return Machine(app, person("so", (Role.VIEWER, province["long-an"])), ["quotas:read"])


def test_the_board_is_told_by_cells(reader: Machine) -> None:
    board = reader.get("/quotas", period="2026-W47", unit="bao-long-an")
    assert (board["period"], board["first"], board["last"]) == ("2026-W47", "2026-11-16", "2026-11-22")
    paper = board["cells"][0]
    assert (paper["plan"], paper["task"], paper["quota"]) == ("long-an-2025", "2.1", "2.1")
    assert (paper["target"], paper["counted"], paper["status"]) == (1, 0, "at_risk")
    assert paper["forecast"].startswith("cần thêm 1 tin, bài trước khi hết Chủ nhật 22/11/2026")


def test_this_week_is_meant_without_a_period(reader: Machine) -> None:
    assert reader.get("/quotas", unit="bao-long-an")["period"] == "2026-W47"


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ({"unit": "bao-long-an", "plan": "long-an-2025"}, {"bao-long-an"}),
        ({"unit": "bao-long-an", "plan": "another"}, set()),
        ({"group": "bao-chi"}, {"bao-long-an", "dai-pt-th-long-an"}),
    ],
)
def test_the_board_is_narrowed(reader: Machine, query: dict[str, str], units: set[str]) -> None:
    assert {cell["unit"] for cell in reader.get("/quotas", **query)["cells"]} == units


def test_each_period_is_understood_and_others_are_refused(reader: Machine) -> None:
    for period in ("2026-W47", "2026-11", "2026-Q4", "2026"):
        assert reader.get("/quotas", period=period, unit="bao-long-an")["period"] == period
    for period in ("2026-W54", "2026-13", "tuần này", "2026-11-22", "1999", "٢٠٢٦"):
        told = refusal(reader.call("GET", "/quotas", query_string={"period": period}), 422)
        assert told["errors"][0]["field"] == "period"


def test_a_machine_sees_the_units_of_its_person(app: Flask, province: dict[str, Unit]) -> None:
    paper = Machine(app, person("bao", (Role.VIEWER, province["bao-long-an"])), ["quotas:read"])
    cells = paper.get("/quotas")["cells"]
    assert {cell["unit"] for cell in cells} == {"bao-long-an"}
    refusal(paper.call("GET", "/quotas?unit=huyen-ben-luc"), 404)
    quota = cells[0]["quota_id"]
    assert paper.get(f"/quotas/{quota}/bao-long-an")["entries"] == []
    refusal(paper.call("GET", f"/quotas/{quota}/huyen-ben-luc"), 404)
    refusal(paper.call("GET", "/quotas/9999/bao-long-an"), 404)
    refusal(paper.call("GET", f"/quotas/{quota}/bao-long-an?period=x"), 422)


def test_numbers_that_did_not_change_are_not_sent_again(reader: Machine) -> None:
    first = reader.call("GET", "/quotas?unit=bao-long-an")
    again = reader.call("GET", "/quotas?unit=bao-long-an", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
