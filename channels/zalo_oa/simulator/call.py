"""One call of the API as a handler sees it."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Request

from channels.zalo_oa.simulator.answers import Refused
from channels.zalo_oa.simulator.config import Config
from channels.zalo_oa.simulator.store import epoch_ms


@dataclass(frozen=True, slots=True)
class Call:
    """A request inside its transaction. ``fault`` is a fault that the handler itself plays; ``oa_id`` is who calls."""

    request: Request
    db: sqlite3.Connection
    config: Config
    now: datetime
    fault: str = ""
    oa_id: str = ""

    @property
    def now_ms(self) -> int:
        """The simulator's time in milliseconds since 1970."""
        return epoch_ms(self.now)

    def body(self) -> Mapping[str, Any]:
        """The JSON object of the request; anything else is refused."""
        try:
            body = json.loads(self.request.get_data())
        except ValueError:
            raise Refused(-201, "body is invalid") from None
        if not isinstance(body, dict):
            raise Refused(-201, "body is invalid")
        return body
