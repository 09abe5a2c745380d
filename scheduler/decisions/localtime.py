"""The clock on the wall of the newsroom."""

from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def spoken(instant: datetime) -> str:
    """Return the instant as people here read it, e.g. ``17:30 ngày 22/11/2026 (GMT+7)``."""
    return f"{instant.astimezone(ZONE):%H:%M ngày %d/%m/%Y} (GMT+7)"
