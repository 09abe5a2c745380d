"""How the figures of deliveries are taken and told: rounds, medians, ratios, and whether a goal is reached."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median

ROUNDS = 3


def rounds(contestants: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Let all have their turn in each of three rounds, print a line for each, and return the rates.

    What else the machine does in one round troubles all of them, so compare within a round.
    """
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, work in contestants.items():
            found[name].append(work())
    for name, rates in found.items():
        each = " ".join(f"{rate:,.0f}" for rate in rates)
        print(f"{name:<66} {median(rates):>10,.0f}   ({each})", flush=True)
    return found


def ratio(rates: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of the rounds' ratios."""
    return median(rate / other for rate, other in zip(rates, others, strict=True))


def heading(what: str) -> str:
    """The first line of a table."""
    return f"{what:<66} {'median':>10}   (rounds)"


def goal(what: str, value: float, wanted: float, *, below: bool = False) -> str:
    """Say whether ``value`` is at least ``wanted``, or under it with ``below``."""
    reached = value < wanted if below else value >= wanted
    limit = f"{'under' if below else 'at least'} {wanted}"
    return f"  {'reached' if reached else 'NOT reached'}: {what} {value:.2f} (goal {limit})"
