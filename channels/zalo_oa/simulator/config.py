"""How this simulator behaves: the switches that ``PUT /_sim/config`` turns."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

API_PACKAGES = frozenset({"Tăng trưởng", "Toàn diện"})
"""Packages that may call the Open API since 2026-06-01."""

CALLS_PER_MINUTE = {"Tăng trưởng": 100, "Toàn diện": 2000}


class Config(BaseModel):
    """Switches of the simulator. Times in seconds; a limit of None means that there is none."""

    model_config = ConfigDict(extra="forbid")

    processing_polls: int = Field(2, ge=0)
    """An article is ready after this many answers -214 to ``verify`` …"""
    processing_seconds: float = Field(20.0, ge=0)
    """… or this long after it was accepted, whichever comes first."""
    jobs_end: Literal["when asked", "by themselves"] = "when asked"
    """A job comes to its end only when ``verify`` asks for it or a list is read, or whenever its time has come."""
    jobs_end_in_order: Literal["as sent", "newest first"] = "as sent"
    """In which order a list brings several jobs to their end; no document promises one."""
    listed_after_looks: int = Field(0, ge=0)
    """A new article is missing from the first so many looks at the list."""
    newest_first: bool = True
    """In which order the list stands; no document tells."""
    details: Literal["all", "no tracking link", "none"] = "all"
    """What ``getdetail`` shows; ``none`` answers like a path that is none."""
    may_remove: bool = True
    """Whether articles can be removed; they can always be hidden."""
    tells_quota: bool = True
    """Whether ``oa/quota/message`` is there; if not, it answers like a path that is none."""
    fetch_images: Literal["loopback", "never"] = "loopback"
    """Zalo fetches every picture; a simulator fetches those on its own machine and takes the others on trust."""
    clock_offset: float = 0.0
    package: str = "Toàn diện"
    is_verified: bool = True
    oa_type: Literal[2, 4] = 4
    followers: int = Field(0, ge=0)
    may_manage_articles: bool = True
    may_send_messages: bool = True
    calls_per_minute: int | None = None
    """None takes the package's own limit."""
    articles_per_month: int | None = None
    broadcasts_per_month: int | None = None
    require_appsecret_proof: bool = False
    unknown_path_status: Literal[200, 404] = 404
    """The HTTP status of a path that is none; sources report both."""
    refresh_reuse: Literal["empty", "-14020"] = "empty"
    """What answers a refresh token that was used before: sources say an empty body, or error -14020."""
    refresh_error_as_string: bool = False
    rotate_refresh_token: bool = True
    redirect_uri: str = ""
    """The callback registered with the app; empty accepts any."""
    webhook_url: str = ""
    webhook_secret: str = ""

    @property
    def limit(self) -> int:
        """Calls allowed in one minute for one Official Account."""
        if self.calls_per_minute is not None:
            return self.calls_per_minute
        return CALLS_PER_MINUTE.get(self.package, 100)
