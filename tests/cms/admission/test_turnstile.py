"""So many inside, so many waiting, in the order in which they came; and one person's share."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Barrier
from time import monotonic, sleep

import pytest

from cms.admission.lines import LineCapacity
from cms.admission.turnstile import Full, TooMany, Turnstile


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for another thread to get there."""
    deadline = monotonic() + 30
    while not true():
        assert monotonic() < deadline
        sleep(0.001)


def test_so_many_come_in_and_the_next_is_sent_away_after_its_patience() -> None:
    gate = Turnstile(LineCapacity(2, 1, 0.01))
    with gate.passing(), gate.passing():
        assert gate.inside == 2
        with pytest.raises(Full), gate.passing():
            pass
    assert gate.inside == 0
    with gate.passing():
        assert gate.inside == 1


def test_a_place_is_free_again_after_an_error() -> None:
    gate = Turnstile(LineCapacity(1, 0, 0))
    for _ in range(3):
        with pytest.raises(ValueError, match="inside"), gate.passing():
            raise ValueError("inside")
    assert gate.inside == 0


def test_a_full_queue_keeps_nobody_waiting() -> None:
    gate = Turnstile(LineCapacity(1, 0, 60))
    with gate.passing(), pytest.raises(Full), gate.passing():
        pass


def test_those_who_wait_come_in_one_after_the_other_in_their_order() -> None:
    gate, order = Turnstile(LineCapacity(1, 8, 60)), list[int]()

    def come(number: int) -> None:
        with gate.passing():
            order.append(number)

    with ThreadPoolExecutor(8) as threads, ExitStack() as inside:
        inside.enter_context(gate.passing())
        for number in range(8):
            threads.submit(come, number)
            wait_until(lambda number=number: gate.waiting == number + 1)  # type: ignore[misc]
        inside.close()
    assert order == list(range(8))


def test_never_more_inside_than_there_is_room_for() -> None:
    gate, most, start = Turnstile(LineCapacity(3, 50, 60)), list[int](), Barrier(20)

    def come() -> None:
        start.wait()
        for _ in range(20):
            with gate.passing():
                most.append(gate.inside)

    with ThreadPoolExecutor(20) as threads:
        for each in [threads.submit(come) for _ in range(20)]:
            each.result()
    assert len(most) == 400
    assert max(most) <= 3
    assert gate.inside == 0


@contextmanager
def inside(gate: Turnstile, *people: str) -> Iterator[None]:
    """Each of ``people`` is inside."""
    with ExitStack() as stack:
        for who in people:
            stack.enter_context(gate.passing(who))
        yield


def test_one_person_has_a_share_and_the_others_have_theirs() -> None:
    gate = Turnstile(LineCapacity(4, 9, 0.01, share=2, share_waiting=3))
    with inside(gate, "a", "a"):
        with pytest.raises(TooMany), gate.passing("a"):
            pass
        with gate.passing("b"), gate.passing("b"):
            assert gate.inside == 4
            with pytest.raises(Full), gate.passing("c"):
                pass
    assert not gate._inside, "nobody is remembered who asks for nothing"


def test_who_is_nobody_has_no_share() -> None:
    gate = Turnstile(LineCapacity(4, 0, 0, share=1))
    with inside(gate, "", "", "", ""):
        assert gate.inside == 4


def test_others_pass_one_who_waits_for_their_own_share() -> None:
    gate, order = Turnstile(LineCapacity(3, 9, 60, share=2, share_waiting=2)), list[str]()

    def come(who: str) -> None:
        with gate.passing(who):
            order.append(who)

    with ThreadPoolExecutor(4) as threads, ExitStack() as held:
        held.enter_context(inside(gate, "a", "a"))
        for count in (1, 2):
            threads.submit(come, "a")
            wait_until(lambda count=count: gate.waiting == count)  # type: ignore[misc]
        with pytest.raises(TooMany), gate.passing("a"):
            pass
        threads.submit(come, "b").result()
        assert order == ["b"]
        held.close()
    assert order == ["b", "a", "a"]


def test_a_full_queue_does_not_keep_out_whom_there_is_a_place_for() -> None:
    gate = Turnstile(LineCapacity(3, 1, 60, share=2, share_waiting=2))
    with ThreadPoolExecutor(1) as threads, inside(gate, "a", "a"):
        threads.submit(_pass, gate, "a")
        wait_until(lambda: gate.waiting == 1)
        with gate.passing("b"):
            pass


def _pass(gate: Turnstile, who: str) -> None:
    with gate.passing(who):
        pass
