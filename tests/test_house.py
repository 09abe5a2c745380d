"""The house itself: schema and migrations agree, every sentence has its English, nothing comes from the internet."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from sqlalchemy import Engine, inspect

from cms.app import schema
from cms.core import database
from cms.models import metadata
from scheduler.storage.database import open_engine
from tests.cms import newsroom
from tests.databases import BARE, postgres_database

HOUSE = Path(__file__).resolve().parents[1]
PACKAGES = ("cms", "scheduler", "channels", "media")
CODE = (*PACKAGES, "tests", "bench", "tools")
LONGEST_FILE = 400


def files(*folders: str, like: str = "*") -> list[Path]:
    """The files below these folders of the house."""
    found = (path for folder in folders for path in (HOUSE / folder).rglob(like))
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


# Schema and migrations


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database in which there is nothing yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    with postgres_database(request.getfixturevalue("postgres"), BARE) as address:
        yield address


@contextmanager
def migrations(url: str) -> Iterator[Config]:
    """Alembic's own commands on the database at ``url``, in the environment that the product uses."""
    app = Flask("cms")
    database.init_app(app, url)
    with app.app_context():
        yield app.extensions["migrate"].migrate.get_config(app.extensions["migrate"].directory)
        database.db.engine.dispose()


def tables(url: str) -> set[str]:
    """The tables of the product that the database has."""
    engine = open_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return {name for name in found if not name.startswith(("alembic_version", "story_search_"))}


def test_a_migrated_database_is_what_the_code_describes(url: str) -> None:
    with migrations(url) as config:
        command.check(config)


def test_columns_are_as_wide_and_as_strict_as_the_code_says(engine: Engine) -> None:
    inspector = inspect(engine)
    for table in metadata.sorted_tables:
        found = {column["name"]: column for column in inspector.get_columns(table.name)}
        for column in table.columns:
            kind: Any = found[column.name]["type"]
            assert getattr(kind, "length", None) == getattr(column.type, "length", None), f"{table.name}.{column.name}"
            assert found[column.name]["nullable"] == column.nullable, f"{table.name}.{column.name}"


def test_every_migration_goes_up_and_down_again(bare_url: str) -> None:
    steps = [script.revision for script in ScriptDirectory(str(HOUSE / "cms" / "migrations")).walk_revisions()][::-1]
    with migrations(bare_url) as config:
        for number, step in enumerate(steps):
            command.upgrade(config, step)
            command.downgrade(config, steps[number - 1] if number else "base")
            command.upgrade(config, step)
    assert schema.revision(bare_url) == schema.newest() == steps[-1]


def test_the_way_down_to_nothing_and_up_again_is_open(bare_url: str) -> None:
    schema.upgrade(bare_url)
    whole = tables(bare_url)
    assert whole >= set(metadata.tables)
    with migrations(bare_url) as config:
        command.downgrade(config, "base")
    assert tables(bare_url) == set()
    schema.upgrade(bare_url)
    assert tables(bare_url) == whole


def test_the_migrations_are_one_line_without_branches() -> None:
    assert len(ScriptDirectory(str(HOUSE / "cms" / "migrations")).get_heads()) == 1


# Words


@cache
def said() -> frozenset[str]:
    """Every sentence that the code and the templates mark for translation."""
    with (HOUSE / "babel.cfg").open(encoding="utf-8") as rules:
        methods, options = parse_mapping_cfg(rules)  # type: ignore[no-untyped-call]  # babel has no annotation here
    keywords: dict[str, Any] = {**DEFAULT_KEYWORDS, "N_": None}
    found = extract_from_dir(HOUSE, methods, options, keywords, directory_filter=_not_aside)
    return frozenset(message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found)


def _not_aside(folder: str) -> bool:
    return Path(folder).name not in {"tests", "var", "build", "docs", "bench"} and not Path(folder).name.startswith(".")


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (HOUSE / "cms" / "translations" / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def translation(catalog: Catalog, sentence: str) -> str:
    """The English of a sentence, "" if there is none; all its plural forms in one."""
    message = catalog.get(sentence)
    if message is None or message.fuzzy:
        return ""
    forms = [form or "" for form in (message.string if isinstance(message.string, tuple | list) else [message.string])]
    return "\n".join(forms) if all(forms) else ""


def test_every_sentence_has_its_english(english: Catalog) -> None:
    missing = sorted(sentence for sentence in said() if not translation(english, sentence))
    assert not missing, f"{len(missing)} sentences without English; the first: {missing[:10]}"


def test_the_english_fills_in_the_same_places(english: Catalog) -> None:
    place = re.compile(r"%\((\w+)\)[sd]")
    for sentence in said():
        told = translation(english, sentence)
        if told:
            assert set(place.findall(told)) == set(place.findall(sentence)), sentence


def test_the_catalogue_holds_nothing_that_nobody_says(english: Catalog) -> None:
    ids = (message.id for message in english if message.id)
    kept = {message[0] if isinstance(message, tuple | list) else message for message in ids}
    assert sorted(kept - said()) == []


# Files


def test_no_file_of_code_is_longer_than_it_can_be_read() -> None:
    written = [path for path in files(*CODE, like="*.py") if "versions" not in path.parts]
    lengths = {str(path.relative_to(HOUSE)): len(path.read_text("utf-8").splitlines()) for path in written}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_everything_that_packages_need_beside_code_is_packed_with_them() -> None:
    told = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))
    patterns = told["tool"]["setuptools"]["package-data"]["*"]
    left_out = [
        str(path.relative_to(HOUSE))
        for path in files(*PACKAGES)
        if path.suffix not in {".py", ".pyc", ".pot"} and not any(fnmatch(path.name, pattern) for pattern in patterns)
    ]
    assert left_out == []


ELSEWHERE = re.compile(
    r"""(?:\b(?:src|srcset|action|poster|data)\s*=\s*["']?\s*(?:https?:)?//)"""
    r"""|(?:<link\b[^>]*\bhref\s*=\s*["']?(?:https?:)?//)"""
    r"""|(?:url\(\s*["']?(?:https?:)?//)|(?:@import\s+["'](?:https?:)?//)"""
    r"""|(?:\b(?:fetch|import|importScripts|open|Worker|EventSource|WebSocket)\(\s*["'`](?:https?:|wss?:)?//)"""
    r"""|(?:\bfrom\s+["']https?://)""",
    re.IGNORECASE,
)
"""An address that a browser would fetch by itself, at another place than ours."""


@pytest.mark.parametrize(
    ("text", "fetches"),
    [
        ('<script src="https://cdn.example/x.js">', True),
        ("<img src=//cdn.example/x.png>", True),
        ('<link rel="stylesheet" href="https://cdn.example/x.css">', True),
        ("@import 'https://cdn.example/x.css';", True),
        ("background: url(https://cdn.example/x.png)", True),
        ("fetch(`https://cdn.example/`)", True),
        ('<a href="https://example.vn">', False),
        ('<svg xmlns="http://www.w3.org/2000/svg">', False),
        ('<img src="/media/x.png">', False),
        ("url('data:image/svg+xml,x')", False),
    ],
)
def test_what_counts_as_fetched_from_elsewhere(text: str, fetches: bool) -> None:
    assert bool(ELSEWHERE.search(text)) is fetches


def test_no_page_style_or_script_fetches_anything_from_the_internet() -> None:
    looked_at = [
        path
        for path in files("templates", *PACKAGES)
        if path.suffix in {".html", ".css", ".js", ".svg", ".mjs", ".json", ".webmanifest"}
    ]
    assert looked_at
    assert {path.name: found[0] for path in looked_at if (found := ELSEWHERE.search(path.read_text("utf-8")))} == {}


JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
INLINE = re.compile(
    r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>|<style\b|\sstyle\s*=\s*[\"']|\son[a-z]+\s*=\s*[\"']",
    re.IGNORECASE,
)


def test_no_template_holds_a_script_a_style_or_a_handler_of_its_own() -> None:
    pages = [path for path in files("templates", "channels", like="*.html") if "simulator" not in path.parts]
    written = {str(path.relative_to(HOUSE)): JINJA.sub("", path.read_text("utf-8")) for path in pages}
    assert {name: found[0] for name, text in written.items() if (found := INLINE.search(text))} == {}


def test_a_page_as_it_is_served_loads_only_from_here(app: Flask) -> None:
    page = newsroom.visitor(app).get("/", follow_redirects=True)
    assert page.status_code == 200
    loaded = re.findall(r"<(?:script|img|link|iframe|source)\b[^>]*?\b(?:src|href)\s*=\s*\"([^\"]*)\"", page.text)
    assert loaded
    assert [address for address in loaded if not address.startswith(("/", "data:")) or address.startswith("//")] == []


PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==[0-9][A-Za-z0-9.!+-]*( ; [a-z_]+ [<>=!]=? \"[^\"]+\")?")


def pins(name: str) -> list[str]:
    """The lines of a lock file that are no comments."""
    lines = (HOUSE / name).read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_file_holds_exact_versions_and_no_address(name: str) -> None:
    assert pins(name)
    assert [line for line in pins(name) if not PIN.fullmatch(line)] == []
    assert "://" not in (HOUSE / name).read_text("utf-8")


def plain(requirement: str) -> str:
    """The name of a package as indexes compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!\[ ;]", requirement, maxsplit=1)[0]).lower()


def test_the_lock_files_pin_everything_that_is_asked_for() -> None:
    told = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]
    runs, tests = ({plain(line) for line in pins(name)} for name in ("requirements.lock", "requirements-test.lock"))
    assert {plain(wanted) for wanted in told["dependencies"]} - runs == set()
    assert {plain(wanted) for wanted in told["optional-dependencies"]["test"]} - runs - tests == set()


def test_the_store_is_opened_in_one_place() -> None:
    """A folder opened elsewhere would be this machine's copies where files lie in a bucket."""
    folder = re.compile(r"(?<![A-Za-z])Store\(\w+\.media\)")
    sources = (Path(__file__).parents[1] / "cms").rglob("*.py")
    assert [path.name for path in sources if folder.search(path.read_text(encoding="utf-8"))] == ["file_store.py"]
