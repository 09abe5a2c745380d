"""The demonstration's people: enough of them, with the right roles, for everything its stories go through."""

from pathlib import Path

import pytest

from cms.app.demo.content import DemoStory, channels_needed, load_stories
from cms.app.demo.files import DemoError
from cms.app.demo.people import PEOPLE, load_people
from cms.core.permissions import GRANTS, Action
from cms.models.roles import Role
from cms.quotas.packs.schema import Pack
from cms.quotas.packs.yaml_reading import builtin_packs, read_pack

ALL = load_stories()


@pytest.fixture(scope="module")
def plan() -> Pack:
    return read_pack(builtin_packs()["long-an-2025"])


def test_people_have_roles_in_units_of_the_plan(plan: Pack) -> None:
    units = {unit.code for unit in plan.units}
    people = load_people()
    assert {role.unit for person in people for role in person.roles} <= units
    assert {role.role for person in people for role in person.roles} == set(Role)


@pytest.mark.parametrize("story", ALL, ids=[story.slug for story in ALL])
def test_somebody_may_write_each_story_and_somebody_else_may_approve_it(story: DemoStory, plan: Pack) -> None:
    writers, approvers = (holders(plan, story.unit, action) for action in (Action.WRITE, Action.APPROVE))
    assert writers
    assert approvers
    assert len(writers | approvers) > 1


def test_every_station_has_somebody_to_log_what_it_aired(plan: Pack) -> None:
    for unit, kind in channels_needed(ALL):
        if kind == "radio_script":
            assert holders(plan, unit, Action.LOG_BROADCAST)


def holders(plan: Pack, unit: str, action: Action) -> set[str]:
    """Sign-in names of people with a role that allows ``action`` in ``unit`` or above it."""
    parents = {known.code: known.parent for known in plan.units}
    line = {unit}
    while unit := parents[unit] or "":
        line.add(unit)
    return {
        person.username for person in load_people() for held in person.roles
        if held.unit in line and action in GRANTS[held.role]
    }  # fmt: skip


def test_two_people_cannot_share_a_sign_in_name(tmp_path: Path) -> None:
    twice = tmp_path / "people.yaml"
    twice.write_text(PEOPLE.read_text(encoding="utf-8").replace("username: diep", "username: khoi"), encoding="utf-8")
    with pytest.raises(DemoError, match="hai người có cùng tên đăng nhập"):
        load_people(twice)
