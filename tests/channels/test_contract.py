"""What every channel kind promises, shown on each kind in the registry; a new kind is tested without a line here."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ValidationError

from channels import registry
from channels.contract import (
    Adapter,
    Evidence,
    Piece,
    PullAdapter,
    PushAdapter,
    Rendition,
    RenditionFile,
    Severity,
    StoryKind,
    Transport,
)
from tests.channels.contract import hashes
from tests.channels.contract.pieces import ATTACK, any_piece, hostile, in_nfc, picture, whole
from tests.channels.contract.speech import VIETNAMESE, all_texts, assert_finding, assert_sentence

HOUSE = Path(__file__).resolve().parents[2]
KINDS = sorted(registry.KINDS)
HOSTILE = hostile()
EVERY = pytest.mark.parametrize("kind", KINDS)
ANY = hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class NoNetwork(socket.socket):
    """A socket that nobody gets, except to a process of this machine's own (the decoder of pictures)."""

    def __init__(self, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None) -> None:  # noqa: A002
        if family != socket.AF_UNIX:
            raise AssertionError("check and render have no business with the network")
        super().__init__(family, type, proto, fileno)


@pytest.fixture(autouse=True, scope="module")
def no_network() -> Iterator[None]:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("check and render have no business with the network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", NoNetwork)
        patch.setattr(socket, "getaddrinfo", refuse)
        yield


def parts(kind: str) -> tuple[Adapter, BaseModel]:
    """The adapter, and the settings that a new channel of its kind has."""
    adapter = registry.adapter(kind)
    return adapter, adapter.Settings()


def errors(kind: str, piece: Piece) -> list[str]:
    """What stops the piece on the kind."""
    adapter, settings = parts(kind)
    return [str(found.message) for found in adapter.check(piece, settings) if found.severity is Severity.ERROR]


# What an adapter says about itself


@EVERY
def test_an_adapter_names_its_kind_and_what_proves_an_item(kind: str) -> None:
    adapter = registry.adapter(kind)
    assert isinstance(adapter, Adapter)
    assert adapter.kind == kind == re.sub("[^a-z_]", "", kind)
    assert isinstance(adapter.transport, Transport)
    assert isinstance(adapter.evidence, Evidence)
    assert adapter.story_kinds
    assert adapter.story_kinds <= frozenset(StoryKind)
    assert str(adapter.label).strip()


@EVERY
@pytest.mark.parametrize("text", ["title", "summary", "body"])
def test_an_adapter_shows_the_texts_that_it_says_it_shows(kind: str, text: str) -> None:
    adapter, settings = parts(kind)
    usual = whole(StoryKind.ARTICLE)
    other = replace(usual, **{text: "Lời khác hẳn để nhận ra."})  # type: ignore[arg-type]
    changed = adapter.render(usual, settings).sha256 != adapter.render(other, settings).sha256
    assert changed is (text in adapter.texts)


@EVERY
def test_an_adapter_either_pushes_or_is_pulled_from(kind: str) -> None:
    adapter = registry.adapter(kind)
    assert isinstance(adapter, PullAdapter) is (adapter.transport is Transport.PULL)
    assert isinstance(adapter, PushAdapter) is (adapter.transport is Transport.PUSH)
    if isinstance(adapter, PushAdapter):
        assert adapter.calls_per_minute > 0


@EVERY
def test_an_adapter_holds_no_state(kind: str) -> None:
    adapter = registry.adapter(kind)
    assert not getattr(adapter, "__dict__", {})
    assert registry.adapter(kind) is adapter


def test_a_kind_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(registry.UnknownKind, match="fax"):
        registry.adapter("fax")


@EVERY
def test_each_setting_is_explained_in_vietnamese(kind: str) -> None:
    fields = registry.adapter(kind).Settings.model_fields
    assert fields
    for name, field in fields.items():
        assert field.title, f"{name} has no title"
        assert field.description, f"{name} has no description"
        assert VIETNAMESE.search(field.title + field.description), f"{name} is not in Vietnamese"
        assert not field.is_required(), f"{name} has no default"


@EVERY
def test_a_new_channel_has_settings_that_are_valid_and_kept_as_json(kind: str) -> None:
    settings = registry.adapter(kind).Settings
    kept = json.loads(json.dumps(settings().model_dump(mode="json")))
    assert settings.model_validate(kept) == settings()


@EVERY
def test_settings_are_frozen_and_refuse_what_they_do_not_know(kind: str) -> None:
    settings = registry.adapter(kind).Settings
    with pytest.raises(ValidationError):
        settings.model_validate({"no_such_setting": 1})
    with pytest.raises(ValidationError):
        setattr(settings(), next(iter(settings.model_fields)), "khác")


@EVERY
def test_secrets_are_labelled_and_kept_apart_from_settings(kind: str) -> None:
    adapter = registry.adapter(kind)
    for words in adapter.secrets.values():
        assert_sentence(words)
    assert not set(adapter.secrets) & set(adapter.Settings.model_fields)
    for name, field in adapter.Settings.model_fields.items():
        if field.annotation is not bool:
            assert not re.search("secret|token|password|passphrase|credential", name), (
                f"{name} belongs among the secrets"
            )


# Checking


@EVERY
@pytest.mark.parametrize("case", HOSTILE)
def test_a_check_answers_whatever_was_written(kind: str, case: str) -> None:
    adapter, settings = parts(kind)
    found = adapter.check(HOSTILE[case], settings)
    for finding in found:
        assert_finding(finding)
    assert list(found) == list(adapter.check(HOSTILE[case], settings))


@EVERY
@ANY
@given(piece=any_piece())
def test_a_check_answers_any_piece_and_what_it_lets_through_renders(kind: str, piece: Piece) -> None:
    adapter, settings = parts(kind)
    found = adapter.check(piece, settings)
    for finding in found:
        assert_finding(finding)
    if all(finding.severity is not Severity.ERROR for finding in found):
        assert_promises(kind, adapter.render(piece, settings))


@EVERY
@pytest.mark.parametrize("story", list(StoryKind))
def test_a_story_of_a_kind_that_the_channel_takes_passes_and_another_is_stopped(kind: str, story: StoryKind) -> None:
    assert bool(errors(kind, whole(story))) is (story not in registry.adapter(kind).story_kinds)


@EVERY
def test_an_empty_story_is_stopped(kind: str) -> None:
    for story in StoryKind:
        assert errors(kind, HOSTILE[f"bare {story}"])


@EVERY
def test_a_check_reads_no_picture(kind: str) -> None:
    def read() -> NoReturn:
        raise AssertionError("a check must not read files")

    shown = picture(read=read)
    for story in StoryKind:
        assert not errors(kind, whole(story, cover=shown)) or story not in registry.adapter(kind).story_kinds


# Rendering


def assert_promises(kind: str, rendition: Rendition) -> None:
    """The rendition is plain JSON in NFC with true files, and the same after a stay in the database."""
    kept = json.loads(json.dumps(dict(rendition.document), allow_nan=False))
    assert rendition.kind == kind
    assert kept == rendition.document
    assert Rendition(kind, kept, rendition.files).sha256 == rendition.sha256
    for file in rendition.files:
        assert file == RenditionFile.of(file.name, file.mime, file.data)
        assert file.data
    for text in all_texts(rendition):
        assert text == in_nfc(text)
        text.encode()


@EVERY
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_piece_without_errors_renders(kind: str, case: str) -> None:
    adapter, settings = parts(kind)
    if errors(kind, HOSTILE[case]):
        return
    rendition = adapter.render(HOSTILE[case], settings)
    if not case.startswith("apart"):
        assert_promises(kind, rendition)


@EVERY
def test_equal_pieces_have_equal_renditions_and_different_ones_have_not(kind: str) -> None:
    adapter, settings = parts(kind)
    first, again = (adapter.render(whole(), settings).sha256 for _ in range(2))
    other = adapter.render(whole(title="Nộp hồ sơ tại xã chỉ trong hai bước"), settings).sha256
    assert first == again != other


def test_another_process_makes_the_same_of_the_same() -> None:
    elsewhere = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "America/New_York", "LC_ALL": "C"}
    answer = subprocess.run(
        [sys.executable, "-m", "tests.channels.contract.hashes"],
        cwd=HOUSE,
        env=elsewhere,
        capture_output=True,
        check=True,
        timeout=300,
    )
    assert json.loads(answer.stdout) == hashes.made()


# The preview


class Page(HTMLParser):
    """Collects what a browser would run, and what it would show."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.danger: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "iframe", "object", "embed", "link", "base", "form", "meta"}:
            self.danger.append(tag)
        for name, value in attrs:
            address = re.sub(r"[\s\x00-\x1f]", "", value or "").lower()
            if name.startswith("on") or name == "style" or address.startswith(("javascript:", "vbscript:")):
                self.danger.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        self.text += data


def preview(kind: str, rendition: Rendition) -> str:
    """The kind's own template, with names that are misspelt or missing refused."""
    loader = FileSystemLoader(HOUSE / "channels" / kind / "templates")
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)

    def say(text: str, **values: Any) -> str:
        return text % values if values else text

    pages.globals["_"] = say
    return pages.get_template("preview.html").render(
        rendition=rendition, file_url=lambda file: f"/media/{file.sha256}.{file.mime.partition('/')[2]}"
    )


@EVERY
@pytest.mark.parametrize("story", list(StoryKind))
def test_the_preview_shows_a_story_and_runs_nothing(kind: str, story: StoryKind) -> None:
    adapter, settings = parts(kind)
    if story not in adapter.story_kinds:
        return
    page = Page(preview(kind, adapter.render(whole(story), settings)))
    assert page.danger == []


@EVERY
def test_the_preview_shows_the_title_or_the_frame_that_holds_it(kind: str) -> None:
    adapter, settings = parts(kind)
    rendition = adapter.render(whole(), settings)
    html = preview(kind, rendition)
    assert whole().title in html or any(file.sha256 in html for file in rendition.files)


@EVERY
@pytest.mark.parametrize("case", [case for case in HOSTILE if case.startswith(("attack", "percent", "odd"))])
def test_the_preview_escapes_what_is_hostile(kind: str, case: str) -> None:
    if errors(kind, HOSTILE[case]):
        return
    adapter, settings = parts(kind)
    page = Page(preview(kind, adapter.render(HOSTILE[case], settings)))
    assert page.danger == []
    assert "51457" not in page.text


@EVERY
def test_hostile_words_in_a_sound_article_reach_the_preview_as_text(kind: str) -> None:
    adapter, settings = parts(kind)
    piece = whole(
        byline=ATTACK, column=ATTACK, unit=ATTACK, topics=(ATTACK,), cover=picture(alt=ATTACK, caption=ATTACK)
    )
    assert not errors(kind, piece)
    assert Page(preview(kind, adapter.render(piece, settings))).danger == []
