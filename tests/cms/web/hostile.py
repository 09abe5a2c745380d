"""Every address of the application with every name that its pages read, and texts that no newsroom types."""

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask
from werkzeug.routing import Rule
from wtforms import Form

NUL = "\x00"
ODD = "x\x00\x01\x0b\x7f\x81\x9f\u00ad\u200b\u202e\u2028\ufeff\ufdd0\ufffe\uffff\U0001fffe\U0010ffffệ"
LONG = "dài " * 1_500
FAR = "99999999999999999999"
BIG = "3000000000"
DIGITS = "9" * 5_000
TEXTS = (ODD, LONG, BIG, DIGITS)
BYTES = ("%00", "%C3%28", "%ED%A0%80", "%C0%AF", "%F4%90%80%80", "%FF%FE", "%EF%BF%BE", "%E2%80%AE", "%F0%9F%BF%BE")
"""What no browser sends in an address: NUL, broken and overlong UTF-8, half a pair, noncharacters, an override."""

HEADERS = (
    ("HTTP_COOKIE", "remember_token=1|\xc3\xa9; language=\xff; dakenh=\xe1\xbb\x87"),
    ("HTTP_COOKIE", "dakenh=" + "x" * 9_000),
    ("REMOTE_ADDR", "9" * 300),
    ("REMOTE_ADDR", "\x00"),
    ("HTTP_USER_AGENT", "\xff\x01" * 900),
    ("HTTP_ACCEPT_LANGUAGE", "\xff;q=x,vi;q=1e400"),
    ("HTTP_ACCEPT", "\xff/\x01;q=nan"),
    ("HTTP_IF_MATCH", '"' + "9" * 5_000 + '"'),
    ("HTTP_IF_MATCH", '"\u0663-\xff"'),
    ("HTTP_IF_NONE_MATCH", "\xff" * 500),
    ("HTTP_IF_MODIFIED_SINCE", "Mon, 99 Foo 99999 25:61:61 GMT"),
    ("HTTP_IF_MODIFIED_SINCE", "Thu, 01 Jan 0001 00:00:00 +9999"),
    ("HTTP_RANGE", "bytes=-" + "9" * 5_000),
    ("HTTP_AUTHORIZATION", "Bearer \xff\xfe"),
    ("HTTP_AUTHORIZATION", "Basic \xff"),
    ("HTTP_AUTHORIZATION", "Digest x=\xff"),
    ("HTTP_REFERER", "http://localhost/\xff\x01"),
    ("CONTENT_LENGTH", "9" * 5_000),
    ("CONTENT_LENGTH", "\u0663"),
    ("CONTENT_TYPE", "multipart/form-data; boundary=\xe1\xbb\x87"),
    ("QUERY_STRING", "q=%00%ff%c0%af&%00=1&after=%ED%A0%80"),
    ("QUERY_STRING", "\xff\xfe=\x01"),
)
"""What a client, or a proxy, may say of itself; a name as WSGI has it."""

VALUES = {
    "version": "1", "at": "2026-11-25 08:00", "air_at": "2026-11-25 17:30", "started_at": "2026-11-22 06:00",
    "when": "at", "reason": "Sai số", "period": "2026-W47", "week": "2026-W47", "day": "2026-11-20",
    "until": "2027-12-31", "valid_from": "2026-01-01", "valid_to": "", "last_day": "2026-12-31", "year": "2026",
    "title": "Tin mới", "summary": "Sapo", "body": "Nội dung", "column": "chuyen-doi-so", "kind": "article",
    "language": "vi", "name": "Tên", "username": "moi.nguoi", "role": "viewer", "password": "một câu dài dễ nhớ",
    "old": "một câu dài dễ nhớ", "again": "một câu khác dài dễ nhớ", "scopes": "stories:read", "days": "30",
    "dialect": "north", "text": "Gọi 1022", "say": "một không hai hai", "written": "KHDN", "event_id": "su-kien-0001",
    "minutes": "2", "seconds": "5", "slot_minutes": "5", "tune_s": "5", "jingle_s": "3", "address": "tin@huyen.vn",
    "station": "Trạm", "note": "Ghi chú", "link": "https://oa.zalo.me/a", "slug": "kenh-moi", "next": "/",
    "priority": "", "translator": "Lò Văn A", "reviewer": "Lò Thị B", "greeting": "Chào", "closing": "Kết",
    "code": "don-vi-moi",
    "short_name": "ĐV", "slot-1": "08:00", "do": "add", "order": "1,2", "status": "", "state": "", "stage": "",
    "presenter": "Mai", "syllables": "200", "planned_for": "2026-11-25", "then": "", "medium": "newspaper",
    "late_policy": "within", "late_minutes": "30", "source": "Báo", "kind_": "", "after": "",
}  # fmt: skip
"""What stands in the fields that are not being tried; "1" in all others."""

EDITOR = (
    "title", "summary", "body", "byline", "column", "kind", "language", "topics", "documents", "service.name",
    "service.hotline", "variants.zalo_oa.title", "cover.sha256", "cover.alt", "pictures.0.alt",
    "infographic.title", "infographic.blocks.0.text", "planned_for", "unit", "base", "copy",
)  # fmt: skip
_READ = re.compile(
    r"""(?:args|form|values|files)(?:\.get|\.getlist|\.pop)?[([]\s*f?"([\w.{}-]+)"|asked\.\w+\([\w.]+,\s*"(\w+)\""""
)


@dataclass(frozen=True)
class Target:
    """One method of one address, with what it reads."""

    method: str
    path: str
    endpoint: str
    names: tuple[str, ...]

    def values(self, **other: str) -> dict[str, str]:
        """Plausible values for all names but those given."""
        return {name: VALUES.get(name, "1") for name in self.names} | other


def targets(app: Flask, arguments: Mapping[str, object]) -> Iterator[Target]:
    """Every method of every page; ``arguments`` fill the addresses. Reading comes before changing."""
    pages = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("api.")]
    for method in ("GET", "POST"):
        for rule in pages:
            if method in (rule.methods or ()):
                names = _names(app.view_functions[rule.endpoint])
                yield Target(method, filled(app, rule, arguments), rule.endpoint, names)


def filled(app: Flask, rule: Rule, arguments: Mapping[str, object]) -> str:
    """The address of a rule with plausible arguments."""
    values = {name: arguments.get(name, _first(rule, name)) for name in rule.arguments}
    with app.test_request_context():
        from flask import url_for

        return url_for(rule.endpoint, **values)  # type: ignore[arg-type]


def holes(rule: Rule, arguments: Mapping[str, object]) -> Iterator[str]:
    """The rule's address with each of its own texts replaced by each of ``BYTES``, and its numbers by far ones."""
    for name in rule.arguments:
        for text in BYTES if f"int:{name}" not in rule.rule else (FAR, "2147483648", "0", "٣"):
            values = {**arguments, name: text}
            yield re.sub(r"<(?:[^:<>]+:)?(\w+)>", partial(_value, values), rule.rule)


def _value(values: Mapping[str, object], hole: re.Match[str]) -> str:
    return str(values.get(hole[1], 1))


def _first(rule: Rule, name: str) -> object:
    choice = re.search(rf"<any\((\w+)[^>]*:{name}>", rule.rule)
    return choice[1] if choice else "x" * 43 if name == "key" else "app.css" if name == "filename" else 1


def _names(view: Any) -> tuple[str, ...]:
    """The names that a view, the functions of its module that it calls, and its forms read."""
    view = inspect.unwrap(view)
    module = sys.modules[view.__module__]
    source, found = _sources(view, module), set[str]()
    for word in set(re.findall(r"\w+", source)):
        thing = vars(module).get(word)
        if inspect.isclass(thing) and issubclass(thing, Form):
            found |= {name for name in dir(thing) if hasattr(getattr(thing, name), "field_class")}
        elif _reads(thing):
            source += inspect.getsource(thing)  # type: ignore[arg-type]  # one of the three
    found |= {(a or b).replace("{weekday}", "1") for a, b in _READ.findall(source)}
    if "forms.read(" in source:
        found |= set(EDITOR)
    return tuple(sorted(name for name in found if "{" not in name))


def _sources(view: Any, module: Any) -> str:
    """The source of a function and of those of its module that it leads to."""
    seen, waiting = dict[str, str](), [view]
    while waiting:
        one = waiting.pop()
        if one.__name__ in seen:
            continue
        seen[one.__name__] = inspect.getsource(one)
        for word in set(re.findall(r"\w+", seen[one.__name__])):
            thing = vars(module).get(word)
            if inspect.isfunction(thing) and thing.__module__ == module.__name__:
                waiting.append(inspect.unwrap(thing))
    return "\n".join(seen.values())


def _reads(thing: Any) -> bool:
    """Whether a module, function or class that a view names reads a form for it."""
    if inspect.ismodule(thing):
        return thing.__name__.endswith(("forms", "fields"))
    if inspect.isfunction(thing):
        return thing.__module__.endswith("forms")
    return inspect.isclass(thing) and hasattr(thing, "read")
