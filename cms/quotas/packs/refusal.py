"""Why a plan pack is refused: one sentence, with the file, the line and the place in the data."""

from dataclasses import dataclass

from channels.words import N_, Words

Path = tuple[str | int, ...]
"""Keys and list positions (from 0) that lead from the top of a pack to a value."""


class Unfit(ValueError):
    """A value that its field cannot take; ``words`` is a whole sentence."""

    def __init__(self, words: Words) -> None:
        super().__init__(str(words))
        self.words = words


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at ``path`` of the data, before its line is looked up."""

    path: Path
    reason: Words


class PackError(Exception):
    """A pack that is refused. ``line`` counts from 1 (0: the file as a whole); ``others`` are further problems.

    ``path`` is written like ``tasks[3].quotas[0].per``. ``str()`` is one Vietnamese sentence for a terminal; a page
    translates ``frame`` and ``reason``.
    """

    frame = N_("%(file)s, dòng %(line)s: %(reason)s")

    def __init__(self, file: str, line: int, path: str, reason: Words, others: tuple["PackError", ...] = ()) -> None:
        self.file = file
        self.line = line
        self.path = path
        self.reason = reason
        self.others = others
        super().__init__(str(self))

    def __str__(self) -> str:
        return str(Words(self.frame, {"file": self.file, "line": self.line, "reason": self.reason}))


def written(path: Path) -> str:
    """``("tasks", 3, "code")`` → ``tasks[3].code``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
