"""Passwords: hashed with Argon2id, checked in the same time whether or not the person exists."""

import secrets
import unicodedata
from dataclasses import dataclass, field
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from channels.words import N_
from cms.core.refusal import Invalid
from media.underlock import slow

SHORTEST, LONGEST = 10, 200
"""Length in characters; NIST SP 800-63B asks for length rather than for kinds of characters."""

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for one another when read out: i, l, o, 0, 1."""

_hasher = PasswordHasher()


@slow
def hash_of(password: str) -> str:
    """Return what the database keeps of a password."""
    return _hasher.hash(_clean(password))


@slow
def matches(kept: str, password: str) -> bool:
    """Whether ``password`` is the one that ``kept`` was made from; False too for a ``kept`` that is no hash."""
    try:
        return _hasher.verify(kept, _clean(password))
    except (Argon2Error, ValueError):
        return False


@slow
def matches_nobody(password: str) -> bool:
    """Take as long as ``matches`` and say no, so that the time of an answer does not tell which names exist."""
    matches(_nobody(), password)
    return False


def outdated(kept: str) -> bool:
    """Whether ``kept`` was made with weaker parameters than today's and should be made anew at the next sign-in."""
    return _hasher.check_needs_rehash(kept)


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password with its hash, which takes a tenth of a second to make and so is made before any transaction."""

    text: str = field(repr=False)
    hash: str = field(repr=False)


def prepared(password: str) -> NewPassword:
    """Return a password made ready to be set."""
    return NewPassword(password, hash_of(password))


def start() -> NewPassword:
    """Return a new start password, ready to be set and to be told once."""
    return prepared(start_password())


def start_password() -> str:
    """Return a password to hand over: 15 letters and digits in threes of five, about 74 random bits."""
    drawn = [secrets.choice(LETTERS) for _ in range(15)]
    return "-".join("".join(drawn[start : start + 5]) for start in (0, 5, 10))


def check(password: str, username: str) -> None:
    """Raise ``Invalid`` unless ``password`` is long enough and not the name of the person."""
    if len(_clean(password)) < SHORTEST:
        raise Invalid(N_("Mật khẩu cần ít nhất %(limit)s ký tự; hãy chọn mật khẩu dài hơn."), field="password",
                      limit=SHORTEST)  # fmt: skip
    if len(password) > LONGEST:
        raise Invalid(N_("Mật khẩu dài quá %(limit)s ký tự; hãy rút gọn."), field="password", limit=LONGEST)
    if username and username.casefold() in password.casefold():
        raise Invalid(N_("Mật khẩu không được chứa tên đăng nhập; hãy chọn mật khẩu khác."), field="password")


@cache
def _nobody() -> str:
    return _hasher.hash("không ai cả")


def _clean(password: str) -> str:
    return unicodedata.normalize("NFC", password)
