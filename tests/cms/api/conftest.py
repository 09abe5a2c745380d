"""A newsroom with channels, and a machine for each of its people."""

from dataclasses import dataclass

import pytest
from flask import Flask

from tests.cms.api.machine import Machine
from tests.cms.newsroom import Newsroom, channel, newsroom


@pytest.fixture
def room(app: Flask) -> Newsroom:
    """The newsroom of tests, with a portal channel of the paper and a radio channel of the district."""
    made = newsroom()
    channel("portal_rss", made.paper, "bao-song-vam", name="Báo Sông Vàm điện tử", medium="newspaper")
    channel("radio_script", made.district, "truyen-thanh", name="Truyền thanh huyện", medium="loudspeaker")
    return made


@dataclass(frozen=True)
class Machines:
    """One for each role, with every scope."""

    editor: Machine
    lead: Machine
    broadcaster: Machine
    admin: Machine
    viewer: Machine
    outsider: Machine


@pytest.fixture
def machines(app: Flask, room: Newsroom) -> Machines:
    """Machines of the newsroom's people."""
    return Machines(
        editor=Machine(app, room.editor),
        lead=Machine(app, room.lead),
        broadcaster=Machine(app, room.broadcaster),
        admin=Machine(app, room.admin),
        viewer=Machine(app, room.viewer),
        outsider=Machine(app, room.outsider),
    )
