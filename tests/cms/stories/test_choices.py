"""Who may do what with a story: every state by every role."""

from dataclasses import replace

import pytest

from cms.core.permissions import Actor
from cms.models.roles import Grant, Role
from cms.stories.review.permitted_actions import PermittedActions, StoryFacts, choices

PAPER, DISTRICT = "/1/2/", "/1/3/"
WRITER, SOMEONE = 7, 8


def actor(*roles: Role, path: str = PAPER, person_id: int = SOMEONE) -> Actor:
    return Actor(person_id, "Ai đó", tuple(Grant(role, 2, path) for role in roles))


def standing(state: str, *deliveries: str, newest_approved: bool = False, own_approval: bool = False) -> StoryFacts:
    return StoryFacts(PAPER, state, newest_approved, WRITER, own_approval, deliveries)


DRAFT, SUBMITTED, RETURNED = standing("draft"), standing("submitted"), standing("returned")
APPROVED = standing("approved", newest_approved=True)
SCHEDULED = standing("approved", "scheduled", newest_approved=True)
LIVE = standing("approved", "live", newest_approved=True)
RETRACTED = standing("retracted", "withdrawn")
REWRITTEN = standing("draft", "live")

EDITOR, LEAD = {Role.EDITOR}, {Role.LEAD}
OTHERS = {Role.BROADCASTER, Role.ADMIN, Role.VIEWER}

CAN = {
    "draft": (DRAFT, {"write": EDITOR | LEAD, "submit": EDITOR | LEAD}),
    "submitted": (SUBMITTED, {"write": EDITOR | LEAD, "approve": LEAD, "give_back": LEAD}),
    "returned": (RETURNED, {"write": EDITOR | LEAD, "submit": EDITOR | LEAD}),
    "approved": (APPROVED, {"write": EDITOR | LEAD, "schedule": LEAD, "retract": LEAD}),
    "scheduled": (SCHEDULED, {"locked": set(Role), "schedule": LEAD, "unschedule": LEAD, "retract": LEAD}),
    "live": (LIVE, {"write": EDITOR | LEAD, "schedule": LEAD, "retract": LEAD}),
    "retracted": (RETRACTED, {"write": EDITOR | LEAD, "submit": EDITOR | LEAD}),
    "rewritten while live": (REWRITTEN, {"write": EDITOR | LEAD, "submit": EDITOR | LEAD, "retract": LEAD}),
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", list(CAN))
def test_each_role_may_do_exactly_this_in_each_state(name: str, role: Role) -> None:
    where, allowed = CAN[name]
    wanted = {choice for choice, roles in allowed.items() if role in roles}
    given = choices(actor(role), where)
    assert {choice for choice in PermittedActions.__dataclass_fields__ if getattr(given, choice)} == wanted


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", list(CAN))
def test_roles_elsewhere_open_nothing_but_scheduling_on_ones_own_channels(name: str, role: Role) -> None:
    where, _ = CAN[name]
    given = choices(actor(role, path=DISTRICT), where)
    open_ = {choice for choice in PermittedActions.__dataclass_fields__ if getattr(given, choice)}
    assert open_ <= ({"schedule", "unschedule", "locked"} if role is Role.LEAD else {"locked"})


@pytest.mark.parametrize(
    ("own_approval", "approve", "own_text"), [(False, False, True), (True, True, False)], ids=["barred", "allowed"]
)
def test_a_lead_approves_their_own_text_only_where_the_unit_allows_it(
    own_approval: bool, approve: bool, own_text: bool
) -> None:
    given = choices(actor(Role.LEAD, person_id=WRITER), standing("submitted", own_approval=own_approval))
    assert (given.approve, given.own_text, given.give_back) == (approve, own_text, True)


def test_what_is_live_can_be_corrected_while_another_channel_still_waits() -> None:
    given = choices(actor(Role.EDITOR), standing("approved", "live", "scheduled", newest_approved=True))
    assert (given.write, given.locked) == (True, False)


def test_nobody_is_locked_out_by_what_waits_on_channels_of_another_unit() -> None:
    where = replace(standing("approved", "scheduled", newest_approved=True), waits_elsewhere=True)
    given = choices(actor(Role.EDITOR), where)
    assert (given.write, given.locked) == (True, False)


@pytest.mark.parametrize("state", ["scheduled", "sending", "unknown"])
def test_nothing_is_written_while_a_promise_is_open(state: str) -> None:
    given = choices(actor(Role.EDITOR, Role.LEAD), standing("approved", state, newest_approved=True))
    assert given.locked
    assert not given.write


def test_an_older_approval_does_not_let_a_newer_text_out() -> None:
    assert not choices(actor(Role.LEAD), standing("approved", newest_approved=False)).schedule
