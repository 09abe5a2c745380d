"""Every route asked for by every role about things in three places, and what came of it."""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from flask import Flask
from pysqlite3 import dbapi2 as sqlite3
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from cms.core.database import db
from tests.cms.newsroom import Browser, sign_in, visitor
from tests.cms.rights.world import PLACES, SHOWN, World

UNSEEN = frozenset({"static", "bootstrap.static", "channels.kind_file"})
"""Files of the product itself."""
There = Mapping[str, Any]

STORIES = ("draft", "approved")
BY_ARGUMENT: Mapping[str, str] = {
    "script_id": "script", "quota_id": "quota", "unit": "unit_code", "code": "plan", "record_id": "record",
    "variant_id": "variant", "bulletin_id": "bulletin", "programme_id": "programme", "airing_id": "airing",
    "entry_id": "entry", "reading_id": "reading", "feed_id": "feed", "mail_id": "mail", "person_id": "person",
    "token_id": "token", "unit_id": "unit", "sha256": "asset",
}  # fmt: skip
"""What of a place an argument of an address names."""
WORDS: Mapping[str, Any] = {
    "number": 1, "kind": "portal_rss", "format": "txt", "change": "deactivate", "decision": "cancel", "key": "k" * 43,
}  # fmt: skip


def _file(name: str, data: bytes) -> Any:
    return io.BytesIO(data), name


def _pack(there: There) -> bytes:
    return f"""
format: 1
plan: {{code: moi, title: K, short_title: K, issuer: I, root: {there["unit_code"]}, valid_from: 2026-01-01,
       valid_to: 2026-12-31, source: s}}
groups: [{{code: g, title: G}}]
media: [{{code: portal, title: Cổng}}]
units: [{{code: {there["unit_code"]}, name: {there["unit_name"]}}}]
tasks: [{{code: "1", title: T, owners: {{units: [{there["unit_code"]}]}}, source: s}}]
""".encode()


FORMS: Mapping[str, Callable[[There], dict[str, Any]]] = {
    "stories.create": lambda there: {"unit": there["unit"], "title": "T"},
    "stories.preview_new": lambda there: {"unit": there["unit"], "title": "T"},
    "stories.upload": lambda there: {"unit": there["unit"], "file": _file("a.png", b"x")},
    "people.new_person": lambda there: {"unit": there["unit"], "role": "viewer", "name": "N", "username": "moi"},
    "people.new_unit": lambda there: {"parent": there["unit"], "code": "moi", "name": "N"},
    "people.grant": lambda there: {"unit": there["unit"], "role": "viewer"},
    "people.take_away": lambda there: {"unit": there["unit"], "role": "editor"},
    "people.merge": lambda there: {"successor": there["unit"], "last_day": "22/11/2026"},
    "lexicon.create": lambda there: {"unit": there["unit"], "written": "UBND", "say": "ủy ban", "source": "s"},
    "lexicon.add_rate": lambda there: {"unit": there["unit"], "seconds": "100"},
    "radio.create_programme": lambda there: {"unit": there["unit"], "name": "N"},
    "radio.begin_bulletin": lambda there: {"programme": there["programme"], "air_at": "29/11/2026 17:30"},
    "radio.create_feed": lambda there: {"unit": there["unit"]},
    "radio.subscribe": lambda there: {"unit": there["unit"], "address": "a@b.example"},
    "channels.new": lambda there: {"unit": there["unit"], "kind": "portal_rss", "name": "N", "slug": "moi"},
    "deliveries.retry_channel": lambda there: {"channel": there["portal"]},
    "followers.review": lambda there: {"channel": there["zalo"], "articles": there["delivery"]},
    "followers.order": lambda there: {"channel": there["zalo"], "key": "x" * 32, "articles": there["delivery"]},
    "quotas.upload": lambda there: {"file": _file("k.yaml", _pack(there))},
    "quotas.schedule": lambda there: {"story": there["approved"], "channel": there["portal"]},
    "stories.place": lambda there: {"channels": there["portal"], "when": "now", "confirmed": there["portal"]},
}  # fmt: skip
"""What is sent where the thing that is asked about stands in the form. All other forms are sent empty."""

BODIES: Mapping[str, Callable[[There], dict[str, Any]]] = {
    "create_story": lambda there: {"unit": there["unit_code"], "content": {}},
    "replace_story": lambda _there: {"content": {}},
    "return_story": lambda _there: {"reason": "r"},
    "retract_story": lambda _there: {"reason": "r"},
    "schedule_story": lambda there: {"channels": [{"channel": there["portal_slug"]}]},
    "move_delivery": lambda _there: {"at": None},
    "resolve_delivery": lambda _there: {"decision": "sent", "reason": "r"},
    "void_airing": lambda _there: {"reason": "r"},
    "void_broadcast": lambda _there: {"reason": "r"},
    "begin_bulletin": lambda there: {"programme": there["programme"], "air_at": "2026-11-29T10:30:00Z"},
    "log_bulletin": lambda _there: {"event_id": "su-kien-moi", "started_at": "2026-11-22T01:00:00Z"},
    "arrange_bulletin": lambda _there: {"items": []},
    "log_broadcast": lambda _there: {"event_id": "su-kien-khac", "started_at": "2026-11-22T01:00:00Z"},
    "classify_script": lambda _there: {"priority": "uu_tien"},
    "keep_variant": lambda _there: {"language": "cjm-Cham-VN", "text": "…", "translator": "Ai"},
}
"""Bodies of API calls that need one; all others are sent without."""
ABOUT_A_UNIT = frozenset({"create_story", "begin_bulletin"})


@dataclass(frozen=True)
class Row:
    """A line of the table: the route, what it is asked about, and what came of it by column."""

    route: str
    about: str
    cells: Sequence[str]

    def __str__(self) -> str:
        return f"| `{self.route}` | {self.about} | {' | '.join(self.cells)} |"


def rows(app: Flask, world: World) -> Iterator[Row]:
    """Ask for everything and yield the rows in the order of their routes."""
    walker = Walker(app, world)
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule.startswith("/api/"), rule.rule))
    for rule in rules:
        if rule.endpoint not in UNSEEN:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                for about in _abouts(rule, method):
                    yield walker.row(rule, method, about)


def _abouts(rule: Rule, method: str) -> Sequence[str]:
    if "story_id" in rule.arguments:
        return STORIES
    named = [BY_ARGUMENT[name] for name in sorted(rule.arguments) if name in BY_ARGUMENT]
    if named:
        return (named[0].removesuffix("_code"),)
    if rule.arguments & {"delivery_id", "channel_id", "broadcast_id", "slug"}:
        return (_word(rule),)
    name = rule.endpoint.removeprefix("api.")
    by_body = name in ABOUT_A_UNIT or name == "upload_asset" or (method != "GET" and rule.endpoint in FORMS)
    return ("unit",) if by_body else ("",)


def _word(rule: Rule) -> str:
    """What a number or name is of that several kinds of things go by."""
    endpoint = rule.endpoint
    if "delivery_id" in rule.arguments:
        return "script" if endpoint.startswith(("radio.", "lexicon.")) else "delivery"
    if "broadcast_id" in rule.arguments:
        return "order" if endpoint.startswith("followers.") else "broadcast"
    if endpoint.startswith("followers."):
        return "zalo"
    return "board" if endpoint.startswith("boards.") or endpoint == "channels.board_key" else "portal"


class Walker:
    """Asks, and puts the database back to what it was after each thing that was allowed."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world = app, world
        self.browsers = {role: sign_in(app, person) for role, person in world.people.items()}
        self.nobody = visitor(app)
        db.session.remove()
        self.before = sqlite3.connect(":memory:")
        with closing(db.engine.raw_connection()) as now:
            now.driver_connection.backup(self.before)  # type: ignore[union-attr]

    def row(self, rule: Rule, method: str, about: str) -> Row:
        """One line of the table."""
        cells = [self.mark(rule, method, about, None, "own")]
        places = PLACES if about else ("own",)
        for role in SHOWN:
            marks = [self.mark(rule, method, about, role.value, place) for place in places]
            cells.append(marks[0] if len(set(marks)) == 1 else " ".join(marks))
        return Row(f"{method} {_shown(rule.rule)}", about, cells)

    def mark(self, rule: Rule, method: str, about: str, role: str | None, place: str) -> str:
        """What came of one request, as the table tells it."""
        there = self.world.there[place]
        address = _address(rule, about, there)
        answer = self._ask(rule, method, address, role, there)
        found = _mark(answer)
        if found == "✓" and method != "GET":
            self._put_back()
        if answer.status_code >= 500:
            raise AssertionError(f"{method} {address} by {role}: {answer.status_code}")
        return found

    def _ask(self, rule: Rule, method: str, address: str, role: str | None, there: There) -> TestResponse:
        client: Browser = self.browsers[role] if role else self.nobody
        if role and rule.endpoint == "people.sign_out":
            client = sign_in(self.app, self.world.people[role])
        if not rule.endpoint.startswith("api."):
            form = FORMS.get(rule.endpoint)
            sent = {"data": form(there)} if form and method != "GET" else {}
            if any(isinstance(value, tuple) for value in sent.get("data", {}).values()):
                sent["content_type"] = "multipart/form-data"  # type: ignore[assignment]
            return client.open(address, method=method, **sent)
        headers = {"Authorization": f"Bearer {self.world.tokens[role]}"} if role else {}
        if method in {"PUT", "PATCH"}:
            headers["If-Match"] = "*"
        name = rule.endpoint.removeprefix("api.")
        if name == "upload_asset":
            data = {"unit": there["unit_code"], "file": _file("a.png", b"x")}
            return self.nobody.open(
                address, method=method, headers=headers, data=data, content_type="multipart/form-data"
            )
        body = BODIES.get(name)
        sent = {"json": body(there)} if body else {}
        return self.nobody.open(address, method=method, headers=headers, **sent)

    def _put_back(self) -> None:
        db.session.remove()
        with closing(db.engine.raw_connection()) as now:
            self.before.backup(now.driver_connection)


def _address(rule: Rule, about: str, there: There) -> str:
    values: dict[str, Any] = {}
    for name in rule.arguments:
        if name == "story_id":
            values[name] = there[about]
        elif name in BY_ARGUMENT:
            values[name] = there[BY_ARGUMENT[name]]
        elif name == "slug":
            values[name] = there[f"{_word(rule)}_slug"]
        elif name in WORDS:
            values[name] = WORDS[name]
        else:
            values[name] = there[_word(rule)]
    built = rule.build(values, append_unknown=False)
    assert built is not None, (rule, values)
    return built[1]


def _shown(rule: str) -> str:
    return re.sub(r"<(?:any\(([^)]*)\):|[a-z]+(?:\([^)]*\))?:)?([a-z0-9_]+)>", lambda m: f"<{m[2]}>", rule)


def _mark(answer: TestResponse) -> str:
    status = answer.status_code
    if status in {301, 302, 303} and "/sign-in?next=" in (answer.location or ""):
        return "→"
    return str(status) if status in {401, 403, 404} else "✓"
