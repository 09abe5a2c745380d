"""Who may do what where: the table of roles and actions, and how a role reaches down the tree of units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.core.permissions import GRANTS, SENTENCES, SYSTEM, Action, Actor
from cms.core.refusal import NotAllowed
from cms.models.roles import ROLE_NAMES, Grant, Role

A = Action
TABLE = {
    #                    editor lead   caster admin  viewer
    A.READ:             (True, True, True, True, True),
    A.SEE_QUOTAS:       (True, True, True, True, True),
    A.READ_SCRIPTS:     (True, True, True, True, True),
    A.WRITE:            (True, True, False, False, False),
    A.APPROVE:          (False, True, False, False, False),
    A.SCHEDULE:         (False, True, False, False, False),
    A.BROADCAST:        (False, True, False, False, False),
    A.LOG_BROADCAST:    (False, False, True, True, False),
    A.RECORD:           (True, True, False, True, False),
    A.SEE_DELIVERIES:   (True, True, False, True, False),
    A.SETTLE:           (False, True, False, True, False),
    A.MANAGE_CHANNELS:  (False, False, False, True, False),
    A.MANAGE_PEOPLE:    (False, False, False, True, False),
    A.MANAGE_PLANS:     (False, False, False, True, False),
    A.SEE_AUDIT:        (False, False, False, True, False),
}  # fmt: skip
ROLES = (Role.EDITOR, Role.LEAD, Role.BROADCASTER, Role.ADMIN, Role.VIEWER)


def holding(*grants: tuple[Role, str]) -> Actor:
    """Somebody with roles at paths."""
    return Actor(1, "Nguyễn An", tuple(Grant(role, 0, path) for role, path in grants))


@pytest.mark.parametrize(("action", "expected"), TABLE.items(), ids=[action.value for action in TABLE])
def test_each_role_may_do_exactly_this(action: Action, expected: tuple[bool, ...]) -> None:
    assert tuple(holding((role, "/1/")).may(action, "/1/") for role in ROLES) == expected


def test_the_table_is_complete() -> None:
    assert set(TABLE) == set(Action)
    assert set(ROLES) == set(Role) == set(GRANTS) == set(ROLE_NAMES)
    assert set(SENTENCES) == set(Action)


@pytest.mark.parametrize(
    ("held", "asked", "reaches"),
    [
        ("/1/", "/1/", True),
        ("/1/", "/1/5/", True),
        ("/1/", "/1/5/9/", True),
        ("/1/5/", "/1/", False),
        ("/1/5/", "/1/6/", False),
        ("/1/5/", "/1/55/", False),
        ("/1/", "/12/", False),
        ("/5/", "/1/5/", False),
    ],
)
def test_a_role_holds_in_its_unit_and_below(held: str, asked: str, reaches: bool) -> None:
    assert holding((Role.EDITOR, held)).may(A.WRITE, asked) is reaches


def test_roles_in_several_units_add_up_and_do_not_mix() -> None:
    someone = holding((Role.EDITOR, "/1/5/"), (Role.LEAD, "/1/6/"))
    assert someone.may(A.WRITE, "/1/5/")
    assert someone.may(A.APPROVE, "/1/6/")
    assert not someone.may(A.APPROVE, "/1/5/")


def test_asked_without_a_place_it_is_enough_to_be_allowed_anywhere() -> None:
    assert holding((Role.LEAD, "/1/6/")).may(A.APPROVE)
    assert not holding((Role.EDITOR, "/1/6/")).may(A.APPROVE)
    assert not holding().may(A.READ)


@pytest.mark.parametrize("action", list(Action))
def test_what_is_not_allowed_is_refused_with_a_sentence_of_its_own(action: Action) -> None:
    with pytest.raises(NotAllowed) as caught:
        holding().require(action, "/1/")
    assert str(caught.value) == SENTENCES[action]
    assert caught.value.status == 403
    SYSTEM.require(action, "/1/2/3/")


@pytest.mark.parametrize(
    ("held", "topmost"),
    [
        ((), ()),
        (("/1/",), ("/1/",)),
        (("/1/5/", "/1/"), ("/1/",)),
        (("/1/5/", "/1/6/"), ("/1/5/", "/1/6/")),
        (("/1/5/9/", "/1/6/", "/1/5/"), ("/1/5/", "/1/6/")),
        (("/1/5/", "/1/55/"), ("/1/5/", "/1/55/")),
        (("/1/5/", "/1/5/"), ("/1/5/",)),
    ],
)
def test_only_the_topmost_units_are_listed(held: tuple[str, ...], topmost: tuple[str, ...]) -> None:
    someone = holding(*((Role.EDITOR, path) for path in held), (Role.VIEWER, "/"))
    assert sorted(someone.paths(A.WRITE)) == sorted(topmost)


PATHS = st.lists(st.integers(1, 12), min_size=1, max_size=4).map(lambda ids: "/" + "/".join(map(str, ids)) + "/")


@given(held=st.lists(PATHS, max_size=6), asked=PATHS)
def test_the_listed_units_cover_what_is_allowed_and_no_more(held: list[str], asked: str) -> None:
    someone = holding(*((Role.EDITOR, path) for path in held))
    covered = any(asked.startswith(path) for path in someone.paths(A.WRITE))
    assert covered is someone.may(A.WRITE, asked)
