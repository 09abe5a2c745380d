"""The order of a bulletin's items: pure decisions over the numbers of their deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A script that could be taken in: its length within the bulletin in seconds, its class, whether it was aired."""

    delivery_id: int
    seconds: float
    urgency: int
    aired: bool


def moved(order: Sequence[int], item: int, by: int) -> list[int]:
    """Move an item by places (up is negative); it stops at either end."""
    place = order.index(item)
    rest = [*order[:place], *order[place + 1 :]]
    rest.insert(min(max(place + by, 0), len(rest)), item)
    return rest


def arranged(order: Sequence[int], wanted: Sequence[int]) -> list[int] | None:
    """Return ``wanted`` if it holds exactly the items of ``order``; None if somebody took in or out one meanwhile."""
    return list(wanted) if sorted(order) == sorted(wanted) else None


def filled(room_s: float, choices: Sequence[Arrangement], break_s: float, *, first: bool) -> list[int]:
    """Choose what fills ``room_s`` seconds: urgent ones in any case, then in the given order what was not aired yet
    and still fits. ``break_s`` stands before each but the first item of an empty bulletin.
    """
    taken: list[int] = []
    for choice in sorted(choices, key=lambda one: -one.urgency):
        more = choice.seconds + (0 if first and not taken else break_s)
        if choice.aired or (more > room_s and choice.urgency < 2):
            continue
        taken.append(choice.delivery_id)
        room_s -= more
    return taken
