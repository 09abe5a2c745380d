"""The texts that a board always shows, written by its admin as "name | web address | phone"."""

from media.boards.board import Role
from media.boards.layout import Part

_ROLES = (Role.NAME, Role.ADDRESS, Role.HOTLINE, Role.PLACE)


HOTLINE = "Hỗ trợ: %s"


def hotline(number: str) -> str:
    """Return a bare number with a word that says what it is for; "Tổng đài 1022" says so itself."""
    bare = number.strip()
    return bare if any(letter.isalpha() for letter in bare) or not bare else HOTLINE % bare


def parts_of(text: str) -> tuple[Part, ...]:
    """Return the parts of a standing text; one without bars is a headline."""
    said = [part.strip() for part in text.split("|") if part.strip()]
    if len(said) <= 1:
        return (Part(Role.HEADLINE, text.strip(), "evergreen_texts"),)
    roles = [*_ROLES[: len(said)], *(Role.PLACE for _ in said[len(_ROLES) :])]
    return tuple(
        Part(role, hotline(part) if role is Role.HOTLINE else part, "evergreen_texts")
        for role, part in zip(roles, said, strict=True)
    )
