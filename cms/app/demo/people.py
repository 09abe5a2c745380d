"""The people of the demonstration: invented names, and what they may do where."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from cms.app.demo.files import STRICT, Code, DemoError, checked, nfc, plain_yaml
from cms.models.roles import Role

PEOPLE = Path(__file__).parent / "people.yaml"


@dataclass(frozen=True, config=STRICT)
class DemoRole:
    """A role in a unit, and in all units below it."""

    unit: Code
    role: Role


@dataclass(frozen=True, config=STRICT)
class DemoPerson:
    """An invented person. ``about`` says in a few words what they do, for the list of sign-in names."""

    username: Annotated[str, Field(pattern=r"^[a-z0-9]+(\.[a-z0-9]+)*$")]
    name: Annotated[str, Field(min_length=1)]
    about: Annotated[str, Field(min_length=1)]
    roles: Annotated[tuple[DemoRole, ...], Field(min_length=1)]


_PEOPLE = TypeAdapter(tuple[DemoPerson, ...])


def load_people(path: Path = PEOPLE) -> tuple[DemoPerson, ...]:
    """The people of the demonstration. Raises ``DemoError``."""
    data = plain_yaml(nfc(path.read_text(encoding="utf-8")), path.name)
    people: tuple[DemoPerson, ...] = checked(_PEOPLE, data, path.name)
    if len({person.username for person in people}) < len(people):
        raise DemoError(path.name, "hai người có cùng tên đăng nhập")
    return people
