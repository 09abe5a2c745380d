"""A second reading of the same document: a small API that answers in every way the document leaves open."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.channels.zalo_oa.running import Clock


@dataclass
class Manners:
    """How this API talks. Everything here is allowed by the document, or not forbidden by it."""

    error_as: type = int
    with_error: bool = True
    with_message: bool = True
    ids_as: type = str
    job_as: type = str
    times_as: type = int
    in_seconds: bool = False
    with_times: bool = True
    behind: float = 0.0
    """So many seconds this API's clock is behind ours."""
    newest_first: bool = True
    with_total: bool = True
    total_as: type = int
    extra: bool = False
    null_data: bool = False
    bom: bool = False
    zipped: bool = False
    gone_is_empty: bool = False
    gone_code: int = -201
    may_remove: bool = True
    gives_details: bool = True
    describes: bool = True
    shows_link: str = ""
    """What ``getdetail`` shows as tracking link: nothing, ``as sent`` or ``rewritten``."""
    forgets_jobs: int = 0
    """So many jobs are unknown when they are asked for."""
    empty_list: str = ""
    """How a list without lines is told: as a list, or as ``medias: null``, ``no data`` or an ``empty object``."""
    flat: bool = False
    """Whether what should stand in ``data`` stands beside ``error``."""
    details_of_new: bool = True
    refuses_pictures: int = 0
    """So many creations are answered -200 at once."""


@dataclass
class Other:
    """The API's memory; the tests read it as the truth."""

    clock: Clock
    manners: Manners = field(default_factory=Manners)
    url: str = ""
    access: str = "access-1"
    refresh: str = "refresh-1"
    kept: dict[int, dict[str, Any]] = field(default_factory=dict)
    jobs: dict[int, int] = field(default_factory=dict)
    sent: list[list[int]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    instead: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """Refusals that a call by this name answers with, although it has had its effect."""
    refuse: dict[str, tuple[int, str]] = field(default_factory=dict)
    """The refusal of every call by this name, which then has no effect."""
    number: int = 9_007_199_254_740_993
    """Ids are greater than what a floating-point number can hold."""

    def create(self, body: dict[str, Any]) -> Any:
        if self.manners.refuses_pictures:
            self.manners.refuses_pictures -= 1
            return -200, "Upload media failed"
        self.number += 2
        self.kept[self.number] = {**body, "made": self.clock.time.timestamp(), "changed": self.clock.time.timestamp()}
        return self._job(self.number)

    def _job(self, article: int) -> Any:
        job = len(self.jobs) + 1000
        if self.manners.forgets_jobs:
            self.manners.forgets_jobs -= 1
        else:
            self.jobs[job] = article
        return {"token": self.manners.job_as(job)}

    def update(self, body: dict[str, Any]) -> Any:
        article = int(body.pop("id"))
        if article not in self.kept:
            return -201, "id is invalid"
        self.kept[article] |= {**body, "changed": self.clock.time.timestamp()}
        return self._job(article)

    def verify(self, body: dict[str, Any]) -> Any:
        article = self.jobs.get(int(body["token"]))
        return (-201, "token is invalid") if article is None else {"id": self.manners.ids_as(article)}

    def remove(self, body: dict[str, Any]) -> Any:
        if not self.manners.may_remove:
            return -200, "Cannot remove"
        found = self.kept.pop(int(body["id"]), None)
        return (self.manners.gone_code, "id is invalid") if found is None else None

    def getdetail(self, body: dict[str, Any]) -> Any:
        found = self.kept.get(int(body["id"]))
        if not self.manners.gives_details:
            return 404, "You are accessing an empty or invalid API..."
        if not self.manners.details_of_new:
            return -201, "id is invalid"
        if found is None:
            return {} if self.manners.gone_is_empty else (self.manners.gone_code, "id is invalid")
        shown = {name: found[name] for name in ("title", "cover", "status", "body", "comment")}
        shown |= {"description": found["description"]} if self.manners.describes else {}
        link = {"as sent": found.get("tracking_link"), "rewritten": "https://zalo.example/r/8Xf3"}
        return shown | ({"tracking_link": link[self.manners.shows_link]} if self.manners.shows_link else {})

    def message(self, body: dict[str, Any]) -> Any:
        """A broadcast, or the question how many are left: both addresses end in this word."""
        if "recipient" not in body:
            return {"type": "media", "remain": 4 - len(self.sent), "total": 4}
        wanted = [int(one["attachment_id"]) for one in body["message"]["attachment"]["payload"]["elements"]]
        if not set(wanted) <= set(self.kept):
            return -201, "attachment_id is invalid"
        self.sent.append(wanted)
        return {"message_id": self.manners.ids_as(len(self.sent))}

    def getslice(self, body: dict[str, Any]) -> Any:
        if int(body["limit"]) > 10:
            return -201, "maximum limit is 10"
        if body["type"] not in {"normal", "video"}:
            return -201, "type accept only 2 value normal and video."
        lines = [self._line(number, article) for number, article in self.kept.items()]
        lines = lines[::-1] if self.manners.newest_first else lines
        if not lines and self.manners.empty_list:
            return {"medias: null": {"medias": None}, "no data": None, "empty object": {}}[self.manners.empty_list]
        start = int(body["offset"])
        total = {"total": self.manners.total_as(len(lines))} if self.manners.with_total else {}
        return {"medias": lines[start : start + int(body["limit"])]} | total

    def _line(self, number: int, article: dict[str, Any]) -> dict[str, Any]:
        line = {"id": self.manners.ids_as(number), "type": "normal", "title": article["title"]}
        line |= {"status": article["status"]}
        line |= {"link_view": f"https://oa.example/{number}", "thumb": "", "total_view": 0, "total_share": 0}
        unit = 1 if self.manners.in_seconds else 1000
        for name, known in (("create_date", "made"), ("update_date", "changed")):
            line |= (
                {name: self.manners.times_as(int((article[known] - self.manners.behind) * unit))}
                if self.manners.with_times
                else {}
            )
        return line

    def answer(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> bytes:
        """The whole answer to one call, in this API's manners."""
        name = path.rpartition("/")[2]
        self.asked.append((name, headers.get("access_token", "")))
        if path == "/v4/oa/access_token":
            said: dict[str, Any] = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": "3600"}
        elif headers.get("access_token") != self.access and headers.get("access_token") != "access-2":
            said = self._said((-216, "Access token is invalid"))
        else:
            result = self.refuse.get(name) or getattr(self, name)(body)
            planned = self.instead.get(name)
            said = self._said(planned.pop(0) if planned else result)
        text = json.dumps(said, ensure_ascii=False)
        return ("\ufeff" if self.manners.bom else "").encode() + text.encode()

    def _said(self, result: Any) -> dict[str, Any]:
        how = self.manners
        code, message = result if isinstance(result, tuple) else (0, "Success")
        said: dict[str, Any] = {"error": how.error_as(code)} if how.with_error or code else {}
        said |= {"message": message} if how.with_message else {}
        if how.flat and isinstance(result, dict):
            return said | result
        said |= {"data": result} if isinstance(result, dict) else {"data": None} if how.null_data else {}
        return said | ({"version": 2, "trace": {"id": [1, 2]}} if how.extra else {})


@contextmanager
def speaking(clock: Clock, manners: Manners) -> Iterator[Other]:
    """Run such an API until the block ends."""
    api = Other(clock, manners)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._tell(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            is_json = self.headers["Content-Type"] == "application/json"
            self._tell(self.path, json.loads(raw) if is_json else dict(parse_qs(raw.decode())))

        def _tell(self, path: str, body: dict[str, Any]) -> None:
            data = api.answer(path, body, dict(self.headers.items()))
            data = gzip.compress(data) if api.manners.zipped else data
            self.send_response(200)
            if api.manners.zipped:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
