"""Reports are due when the plan says: before a day, or as the quarter ends."""

from datetime import datetime

import pytest

from channels.localtime import from_local
from cms.core.periods import parse
from cms.quotas.counting.deadlines import closes, report_periods
from cms.quotas.packs.yaml_reading import builtin_packs, read_pack


@pytest.mark.parametrize(
    ("pack", "code", "periods"),
    [
        ("long-an-2025", "IV.1-bao-cao", ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]),
        ("long-an-2022", "bao-cao-quy", ["2022-Q2", "2022-Q3", "2022-Q4"]),
        ("gddt-long-an-2023", "III.2-don-vi", ["2023"]),
        ("ba-ria-vung-tau-2025", "VI", ["2025", "2026", "2027", "2028", "2029", "2030"]),
    ],
)
def test_the_reports_that_a_plan_wants(pack: str, code: str, periods: list[str]) -> None:
    whole = read_pack(builtin_packs()[pack])
    report = next(r for r in whole.reports if r.code == code)
    assert [period.code for period in report_periods(report, whole.plan)] == periods


@pytest.mark.parametrize(
    ("pack", "code", "period", "late"),
    [
        ("long-an-2025", "IV.1-bao-cao", "2025-Q1", datetime(2025, 4, 1)),
        ("gddt-long-an-2023", "III.2-don-vi", "2023", datetime(2023, 11, 20)),
        ("gddt-long-an-2023", "III.1.a-so", "2023", datetime(2023, 12, 1)),
        ("ba-ria-vung-tau-2025", "VI", "2027", datetime(2027, 11, 30)),
        ("lai-chau-2025", "VI.9-bao-cao", "2026", datetime(2026, 12, 15)),
    ],
)
def test_a_report_is_late_from_the_named_day_on(pack: str, code: str, period: str, late: datetime) -> None:
    report = next(r for r in read_pack(builtin_packs()[pack]).reports if r.code == code)
    assert closes(report, parse(period)) == from_local(late)
