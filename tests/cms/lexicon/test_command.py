"""``dakenh read-aloud`` with a unit's lexicon."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cms.app.cli import main
from cms.app.commands.application import application
from cms.core.database import changing
from cms.models.lexicon import LexiconEntry
from cms.models.people import Unit
from tests.conftest import SUNDAY


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with a district below a province, each with an entry of its own."""
    monkeypatch.setenv("DAKENH_HOME", str(tmp_path))
    assert CliRunner().invoke(main, ["init"]).exit_code == 0
    with application(), changing() as session:
        path, above = "/", None
        for code, say in (("tinh", "của tỉnh"), ("huyen", "của huyện")):
            unit = Unit(code=code, name=code, parent_id=above, path="", groups=[])
            session.add(unit)
            session.flush()
            path, above = f"{path}{unit.id}/", unit.id
            unit.path = path
            for written in ("XQZ", "XQY") if code == "tinh" else ("XQZ",):
                session.add(
                    LexiconEntry(
                        unit_id=unit.id, kind="abbreviation", written=written, say=say, source="Sở", changed_at=SUNDAY
                    )
                )
    return tmp_path


def read(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["read-aloud", *arguments], input="Có XQZ, XQY, 24 xã\n")
    assert result.exit_code == 0, result.output
    return result.output.strip()


@pytest.mark.usefixtures("home")
def test_a_units_lexicon_and_a_dialect_can_be_chosen() -> None:
    assert read() == "Có [XQZ?], [XQY?], hai mươi tư xã"
    assert read("--unit", "tinh") == "Có của tỉnh, của tỉnh, hai mươi tư xã"
    assert read("--unit", "huyen", "--dialect", "south") == "Có của huyện, của tỉnh, hai mươi bốn xã"


@pytest.mark.usefixtures("home")
def test_a_unit_that_is_not_there_is_refused_with_one_line() -> None:
    result = CliRunner().invoke(main, ["read-aloud", "--unit", "khong-co"], input="một\n")
    assert result.exit_code == 1
    assert "khong-co" in result.output
