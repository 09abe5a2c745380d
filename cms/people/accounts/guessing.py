"""Slowing down who guesses passwords without locking anybody out.

Tries are counted for a name *and* where they come from, so that a guesser elsewhere, or a colleague behind the same
address, uses up nobody's but their own. A browser that has signed in by the name before is a place of its own, known by
a cookie. When a name is guessed at from many places, each new place gets fewer tries, never none. One address as a
whole has a high bound, which known browsers do not feel.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from limits import RateLimitItem, parse, parse_many
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, RateLimiter
from werkzeug.wrappers import Response

from channels.words import N_
from cms.core.refusal import Refusal
from cms.web.context import settings
from cms.web.security import limiter

log = logging.getLogger(__name__)

COOKIE, PATH = "dakenh_device", "/sign-in"
HALF_YEAR_S = 180 * 24 * 3600
MOST_NAMES = 12
"""So many people may sign in by one browser and be known by it."""
GUESSED = parse("60 per hour")
"""Failed tries by one name from browsers that do not know it; beyond that each place has ``FEW``."""
FEW = parse("3 per 10 minutes")
SPARE = FixedWindowRateLimiter(MemoryStorage())
"""Where tries are counted while the counting server is away."""


class TooManyTries(Refusal):
    """Too many tries from here; ``wait_s`` is how long to wait."""

    status = 429
    code = "too-many-tries"

    def __init__(self, wait_s: int) -> None:
        super().__init__(N_("Bạn đã thử quá nhiều lần; hãy chờ ít phút rồi thử lại."))
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Device:
    """A browser: its own random mark, and the hashed names of those who have signed in by it."""

    mark: str
    names: tuple[str, ...] = ()

    def knows(self, name: str) -> bool:
        """Whether somebody has signed in here by this (hashed) name."""
        return name in self.names

    def with_name(self, name: str) -> "Device":
        """The same browser once the person of this (hashed) name has signed in."""
        return Device(
            self.mark or secrets.token_urlsafe(12), (name, *(n for n in self.names if n != name))[:MOST_NAMES]
        )


@dataclass(frozen=True, slots=True)
class SignInTry:
    """One try to sign in: by which (hashed) name, from which address and browser."""

    name: str
    address: str
    device: Device

    @classmethod
    def of_request(cls, username: str) -> "SignInTry":
        """The try of the present request."""
        return cls(_hashed(username.strip().casefold()[:80]), request.remote_addr or "", _device())

    @property
    def known(self) -> bool:
        """Whether the browser has seen this name signed in."""
        return self.device.knows(self.name)

    @property
    def _place(self) -> str:
        return self.device.mark if self.known else self.address

    def admit(self) -> None:
        """Count the try; raise ``TooManyTries`` if there were too many."""
        if not self.known and not _free(_address_limit(), self.address):
            raise TooManyTries(_address_limit().get_expiry())
        for limit in self._limits():
            if not _count(limit, self.name, self._place):
                raise TooManyTries(limit.get_expiry())

    def failed(self) -> None:
        """Count the failure of a browser that does not know the name."""
        if not self.known:
            _count(GUESSED, self.name)
            _count(_address_limit(), self.address)

    def succeeded(self, response: Response) -> None:
        """Forget the tries, and let the browser be known from now on."""
        for limit in self._limits():
            _forget(limit, self.name, self._place)
        device = self.device.with_name(self.name)
        response.set_cookie(
            COOKIE, _signer().dumps([device.mark, *device.names]), max_age=HALF_YEAR_S, path=PATH, httponly=True,
            samesite="Lax", secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        )  # fmt: skip

    def _limits(self) -> list[RateLimitItem]:
        if not self.known and not _free(GUESSED, self.name):
            return [FEW]
        return parse_many(settings().sign_in_limit)


def admit_change(person_id: int | None) -> None:
    """Count a try to change one's password; raise ``TooManyTries``: a page left open is no place to guess at."""
    for limit in parse_many(settings().sign_in_limit):
        if not _count(limit, "password", str(person_id)):
            raise TooManyTries(limit.get_expiry())


def _device() -> Device:
    try:
        mark, *names = _signer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return Device("")
    return Device(str(mark), tuple(str(name) for name in names))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="dakenh.device")


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:24]


def _address_limit() -> RateLimitItem:
    return parse(settings().sign_in_address_limit)


def _asked(question: Callable[[RateLimiter], bool]) -> bool:
    """Ask where limits are counted; while that is away this process counts for itself, so that guessing stays slow."""
    if not limiter.enabled:
        return True
    try:
        return question(limiter.limiter)
    except Exception as error:  # each kind of counting server has errors of its own
        log.warning("tries to sign in are counted by this process alone: %s", error)
        return question(SPARE)


def _free(limit: RateLimitItem, *key: str) -> bool:
    return _asked(lambda counter: counter.test(limit, "sign-in", *key))


def _count(limit: RateLimitItem, *key: str) -> bool:
    return _asked(lambda counter: counter.hit(limit, "sign-in", *key))


def _forget(limit: RateLimitItem, *key: str) -> None:
    def forget(counter: RateLimiter) -> bool:
        counter.clear(limit, "sign-in", *key)
        return True

    _asked(forget)
