"""Passwords are kept as Argon2id hashes."""

import unicodedata

import pytest

from cms.core.refusal import Invalid
from cms.people.accounts import passwords


def test_a_hash_matches_its_password_only() -> None:
    kept = passwords.hash_of("một câu dài dễ nhớ")
    assert kept.startswith("$argon2id$")
    assert passwords.matches(kept, "một câu dài dễ nhớ")
    assert not passwords.matches(kept, "một câu dài dễ nhơ")


def test_the_keyboard_that_composed_the_letters_does_not_matter() -> None:
    kept = passwords.hash_of(unicodedata.normalize("NFC", "một câu dài"))
    assert passwords.matches(kept, unicodedata.normalize("NFD", "một câu dài"))


@pytest.mark.parametrize("kept", ["", "không phải hàm băm", "$argon2id$v=19$hỏng"])
def test_what_is_no_hash_matches_nothing(kept: str) -> None:
    assert not passwords.matches(kept, "")


def test_nobody_has_a_password() -> None:
    assert not passwords.matches_nobody("không ai cả")


@pytest.mark.parametrize("password", ["ngắn", "", "x" * 201, "nguyen.van-xa-lạ"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.check(password, "nguyen.van")
