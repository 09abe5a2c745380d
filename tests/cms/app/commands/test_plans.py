"""``dakenh plan import`` and ``dakenh quota`` on a real database."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from cms.app.cli import main
from cms.models.plans import Plan
from cms.quotas.packs.yaml_reading import builtin_packs

PACK = str(builtin_packs()["long-an-2025"])


@pytest.fixture(autouse=True)
def installation(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation on the fresh database, and no other setting."""
    for name in [name for name in os.environ if name.startswith("DAKENH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DAKENH_HOME", str(tmp_path))
    monkeypatch.setenv("DAKENH_DATABASE_URL", url)
    monkeypatch.setenv("DAKENH_SECRET_KEY", "k" * 32)


def dakenh(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def plans(engine: Engine) -> list[tuple[str, date]]:
    with Session(engine) as session:
        return [(plan.code, plan.applies_to) for plan in session.scalars(select(Plan))]


def test_a_plan_is_loaded_and_its_quotas_shown(engine: Engine) -> None:
    loaded = dakenh("plan", "import", PACK, "--keep-units", "--until", "2027-12-31")
    assert (loaded.exit_code, loaded.output) == (
        0, "long-an-2025: 84 đơn vị, 17 nhiệm vụ, 14 chỉ tiêu, 47 văn bản\n",
    )  # fmt: skip
    assert plans(engine) == [("long-an-2025", date(2027, 12, 31))]
    text = dakenh("quota", "--week", "2025-W10", "--unit", "bao-long-an")
    assert text.exit_code == 0
    lines = text.output.splitlines()
    assert lines[0] == "Tuần 10, 3–9/3/2025"
    assert "Hết hạn, mới có 0/1." in lines[1]


def test_quotas_are_told_as_json(engine: Engine) -> None:
    dakenh("plan", "import", PACK, "--keep-units")
    told = json.loads(dakenh("quota", "--week", "2025-03", "--plan", "long-an-2025", "--format", "json").output)
    assert (told["period"], told["from"], told["to"]) == ("2025-03", "2025-03-01", "2025-03-31")
    paper = next(cell for cell in told["cells"] if cell["quota"] == "2.1")
    assert (paper["unit"], paper["target"], paper["counted"], paper["status"]) == ("bao-long-an", 4, 0, "missed")
    assert (paper["periods"], paper["periods_met"]) == (4, 0)


def test_without_a_plan_there_is_a_heading_and_nothing_else() -> None:
    shown = dakenh("quota", "--week", "2024-W10")
    assert (shown.exit_code, shown.output) == (0, "Tuần 10, 4–10/3/2024\n")


@pytest.mark.parametrize(
    ("arguments", "about"),
    [
        (("quota", "--week", "tuan-nay"), "“tuan-nay” không phải một kỳ"),
        (("quota", "--unit", "khong-co"), "Không có đơn vị “khong-co”"),
        (("quota", "--week", "2025-03-10"), "tuần, tháng, quý hoặc năm"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_exit_code_1(arguments: tuple[str, ...], about: str) -> None:
    refused = dakenh(*arguments)
    assert refused.exit_code == 1
    assert refused.output.startswith("dakenh: ")
    assert about in refused.output
    assert refused.output.count("\n") == 1


def test_a_bad_pack_is_one_line_with_its_place_and_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    bad = tmp_path / "hong.yaml"
    bad.write_text(Path(PACK).read_text("utf-8").replace("per: week", "per: fortnight", 1), "utf-8")
    refused = dakenh("plan", "import", str(bad))
    assert refused.exit_code == 1
    assert refused.output.startswith("dakenh: hong.yaml, dòng ")
    assert "“fortnight”" in refused.output
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Plan)) == 0


@pytest.mark.parametrize("arguments", [("plan", "import"), ("plan", "import", "/khong/co.yaml"), ("quota", "--x")])
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    assert dakenh(*arguments).exit_code == 2
