"""The house stands as it is drawn: tables and migrations agree, English is complete, nothing comes from elsewhere."""

import re
import tomllib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from sqlalchemy import Engine

from cms.tables import metadata

HOUSE = Path(__file__).resolve().parent.parent
CODE = ("cms", "channels", "scheduler", "media")
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}


def test_the_migrations_make_exactly_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_object": _no_search})
        assert compare_metadata(context, metadata) == []


def test_every_sentence_has_its_english() -> None:
    catalogue = _english()
    missing = sorted(text for text in _sentences() if not _told(catalogue, text))
    assert missing == []


def test_english_names_the_same_values_as_the_vietnamese() -> None:
    wrong = [
        message.id
        for message in _english()
        if isinstance(message.id, str) and message.id and _names(message.id) != _names(str(message.string))
    ]
    assert wrong == []


@pytest.mark.parametrize("suffix", ["html", "css", "js"])
def test_no_page_fetches_anything_from_elsewhere(suffix: str) -> None:
    fetching = re.compile(
        r"""(?:src|href|action)=["']https?://|url\(["']?https?://|(?:fetch|import)\(["']https?://|@import"""
    )
    folders = [HOUSE / "templates", HOUSE / "cms" / "static", HOUSE / "channels"]
    found = [
        f"{path.relative_to(HOUSE)}: {match[0]}"
        for folder in folders
        for path in folder.rglob(f"*.{suffix}")
        for match in fetching.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_file_holds_exact_pins_and_no_address(name: str) -> None:
    lines = [line for line in (HOUSE / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+", line)] == []


def test_what_runs_is_pinned() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {_plain(line) for line in (HOUSE / "requirements.lock").read_text(encoding="utf-8").splitlines()}
    assert {_plain(wanted) for wanted in project["dependencies"]} - pinned == set()


def _no_search(_object: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
    """Search tables differ by database; story_search's own index on PostgreSQL goes with them."""
    return not (name or "").startswith(("story_search", "ix_story_search"))


def _english() -> Catalog:
    with (HOUSE / "cms/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="en")


def _sentences() -> set[str]:
    found: set[str] = set()
    for folder, methods in [(name, [("**.py", "python"), ("**/templates/**.html", "jinja2")]) for name in CODE] + [
        ("templates", [("**.html", "jinja2")])
    ]:
        for _, _, message, _, _ in extract_from_dir(HOUSE / folder, methods, keywords=KEYWORDS):
            found.add(message[0] if isinstance(message, tuple) else message)
    return found - {""}


def _told(catalogue: Catalog, text: str) -> bool:
    message = catalogue.get(text)
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def _names(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[a-z]", text))


def _plain(requirement: str) -> str:
    return re.split(r"[\[<>=!~ ]", requirement, maxsplit=1)[0].casefold().replace("_", "-")
