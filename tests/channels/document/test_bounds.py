"""A text of any kind is read soon: near-linearly up to the bounds, and beyond one every channel says so."""

import time

import pytest

from channels.contract import Severity
from channels.document import read
from channels.document.limits import CHARACTERS, LIMITS
from channels.document.output.plain import to_text
from channels.led_board.adapter import LedBoard
from channels.led_board.settings import Settings as BoardSettings
from channels.radio_script.reading import read_aloud
from tests.channels.document.channels_said import findings, letters, piece

SOON_S = 10.0
"""Seconds of the processor; a text takes a twentieth of it here, one that grows as a square many times as much."""
_SIGNS = "<a· [ ![ & \\ **a· *a*· a**b*·c_· <!-- [a](b [a](b)· [a][b]· ~~a· _a_· <b> \\["
BEYOND = {
    "blocks": ["# a\n", "1. a\n", "- a\n", "```x\n", "> a\n\n", "===\n"],
    "marks": [sign.replace("·", " ") for sign in _SIGNS.split()],
    "depth": ["> ", ">"],
    "cells": ["|a|b|\n|-|-|\n"],
}
WITHIN = ["`", "|", "* ", "Chuyển đổi số. ", "https://", "1", "1.", "1/", "a@", "%", "`a", "` `` ", "<script>"]
SPOKEN = ["1.5 ", "1/2 ", "0272 382 ", "12 345 ", "1 - 2 ", "UBND-HĐND/QĐ ", "ngày 1/ ", "Một. ", "1. a\n"]


def soon(begun: float) -> bool:
    return time.process_time() - begun < SOON_S


@pytest.mark.parametrize(("name", "part"), [(name, part) for name, parts in BEYOND.items() for part in parts])
def test_a_text_beyond_a_bound_is_told_on_every_channel(name: str, part: str) -> None:
    begun = time.process_time()
    body = part * (CHARACTERS // len(part))
    if name == "depth":
        body = part * 50 + "chữ"
    document = read(body)
    assert document.excess is not None
    assert document.excess.name in (name, "marks")
    limit = f"{document.excess.limit:,}".replace(",", ".")
    every = {**findings(body), "led_board": LedBoard().check(piece(body), BoardSettings(width=192, height=96))}
    for kind, found in every.items():
        told = [one for one in found if one.severity is Severity.ERROR and limit in str(one.message)]
        assert told, kind
        assert str(told[0].remedy)
    assert letters(to_text(body)) == letters(body)
    assert soon(begun)


@pytest.mark.parametrize("part", WITHIN)
def test_a_long_text_of_one_kind_is_read_soon(part: str) -> None:
    begun = time.process_time()
    body = part * (CHARACTERS // len(part))
    findings(body)
    read_aloud(body)
    assert soon(begun)


@pytest.mark.parametrize("part", SPOKEN)
def test_the_rules_of_reading_aloud_end_soon(part: str) -> None:
    begun = time.process_time()
    assert "radio_script" in findings(part * (20_000 // len(part)))
    assert soon(begun)


def test_more_characters_than_any_story_has_are_told_by_their_bound() -> None:
    [told] = [one for one in findings("a" * (CHARACTERS + 1))["portal_rss"] if one.severity is Severity.ERROR]
    assert "100.000" in str(told.message)
    assert LIMITS["characters"] == CHARACTERS


def test_an_endless_row_of_signs_is_marked_and_not_dropped() -> None:
    reading = read_aloud(f"Mã {'A1' * 500} hết.")
    assert reading.spoken.startswith("Mã [A1A1")
    assert reading.spoken.endswith("hết.")
    [doubt] = reading.doubts
    assert reading.original[doubt.start : doubt.end] == "A1" * 500
