"""A provider on loopback for each pushed kind, with the trouble it can make. A new pushed kind adds its own here."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from channels.contract import Account
from tests.channels.zalo_oa.driving import HASTY, account_for
from tests.channels.zalo_oa.running import Clock, Running, running


class Provider(Protocol):
    """A provider that really listens, and what it holds."""

    def account(self) -> Account:
        """A connected account there."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time pass for both sides."""
        ...

    def fail(self, fault: str) -> None:
        """From now on, every call meets this trouble and has no effect."""
        ...

    def heal(self) -> None:
        """End all trouble."""
        ...

    def titles(self) -> dict[str, str]:
        """The titles of the items that exist now, by their ids."""
        ...


class Zalo:
    """The simulator that the repository ships."""

    def __init__(self, simulator: Running) -> None:
        self._simulator = simulator

    def account(self) -> Account:
        return account_for(self._simulator, timeout_s=HASTY)

    def wait(self, seconds: float) -> None:
        self._simulator.clock.advance(seconds)

    def fail(self, fault: str) -> None:
        self._simulator.fault("*", fault, times=0, seconds=HASTY * 1.5)

    def heal(self) -> None:
        self._simulator.sim("DELETE", "faults")

    def titles(self) -> dict[str, str]:
        return {one["id"]: one["payload"]["title"] for one in self._simulator.articles() if one["id"]}


@contextmanager
def _zalo(folder: Path) -> Iterator[Provider]:
    with running(folder / "zalo.sqlite", Clock()) as simulator:
        yield Zalo(simulator)


@dataclass(frozen=True)
class Loopback:
    """How to start a provider in a folder, and the names of the trouble that it can make.

    ``losses`` leave the caller unable to know whether the call had its effect; ``refusals`` are answers.
    """

    start: Callable[[Path], AbstractContextManager[Provider]]
    losses: tuple[str, ...]
    refusals: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """All of its trouble."""
        return self.losses + self.refusals


PROVIDERS = {"zalo_oa": Loopback(_zalo, ("timeout", "reset", "500", "html502", "empty"), ("429", "-32"))}
