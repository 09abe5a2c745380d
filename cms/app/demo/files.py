"""Reading the files of the demonstration: text in NFC, front matter, YAML, and one sentence for what is wrong."""

import unicodedata
from typing import Annotated, Any

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

STRICT = ConfigDict(extra="forbid")
Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
"""A code of a plan pack: small ASCII letters, digits and hyphens."""

_FENCE = "---\n"


class DemoError(Exception):
    """A file of the demonstration that cannot be used; ``str()`` names the file, the place in it and the reason."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


def nfc(text: str) -> str:
    """``text`` with every letter and its marks in one character where Unicode has one."""
    return unicodedata.normalize("NFC", text)


def front_matter(text: str, file: str) -> tuple[str, str]:
    """The YAML and the body of a file that begins with front matter between two lines ``---``."""
    front, fence, body = text.removeprefix(_FENCE).partition("\n" + _FENCE)
    if not text.startswith(_FENCE) or not fence:
        raise DemoError(file, "phần đầu phải nằm giữa hai dòng ---")
    return front, body.strip("\n")


def plain_yaml(text: str, file: str, first_line: int = 1) -> Any:
    """The data that YAML describes; a slip is a ``DemoError`` with its line in the file, ``text`` at ``first_line``."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DemoError(file, f"YAML sai ở dòng {mark.line + first_line}" if mark else "YAML sai") from None


def checked(adapter: TypeAdapter[Any], data: Any, file: str) -> Any:
    """``data`` as ``adapter`` wants it; the first thing wrong is a ``DemoError`` that says where."""
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "tệp"
        raise DemoError(file, f"{where}: {first['msg']}") from None
