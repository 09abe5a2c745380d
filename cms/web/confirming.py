"""Asking once, by a page of its own, before one press sends many things: with scripts and without."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from cms.web.input.addresses import within_site

SHOWN = 30
"""So many lines are shown; how many more there are is told."""
MARK, ASIDE = "confirmed", frozenset({"confirmed", "csrf_token"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is about to happen: to which things, in one sentence more, and what the button says."""

    title: str
    lines: Sequence[str]
    hint: str
    button: str


def mark(ids: Iterable[int]) -> str:
    """Name a set of things, so that a yes to some is no yes to others."""
    return hashlib.sha256(",".join(map(str, sorted(ids))).encode()).hexdigest()[:32]


def said_yes(ids: Iterable[int]) -> bool:
    """Whether the person has seen exactly these things and pressed the button."""
    return request.form.get(MARK) == mark(ids)


def ask(question: Question, ids: Iterable[int], back: str) -> Response:
    """Show the question; its button sends the same form again, with the yes to these things."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in ASIDE]
    page = render_template(
        "confirm.html", question=question, shown=question.lines[:SHOWN], more=max(0, len(question.lines) - SHOWN),
        fields=[*fields, (MARK, mark(ids))], back=within_site(request.form.get("next"), back),
    )  # fmt: skip
    return make_response(page)
