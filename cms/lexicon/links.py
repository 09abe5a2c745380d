"""From a doubt in a preview to a lexicon page that has the word filled in, and back to the story."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from cms.core.permissions import Actor
from cms.lexicon import doubts as settling
from cms.lexicon.stations import Stations
from cms.models.people import Unit


class DoubtLinks:
    """Links for the doubts of one script of a channel.

    ``back`` is the path that the reader returns to after the entry was saved; "" if there is none yet.
    """

    def __init__(
        self, session: Session, actor: Actor, channel_unit_id: int, script: Mapping[str, Any], back: str
    ) -> None:
        self._session, self._actor, self._channel_unit_id = session, actor, channel_unit_id
        self._script, self.back = script, back

    @cached_property
    def _keeper(self) -> settling.Keeper:
        return settling.keeper(self._session, self._actor, self._channel_unit_id)

    @cached_property
    def _begun(self) -> dict[str, settling.Beginning | None]:
        own = self._session.get_one(Unit, self._channel_unit_id)
        lexicon = Stations(self._session).lexicon(own.path)
        doubts = self._script["doubts"]
        return {doubt["written"]: settling.beginning(doubt, self._script, lexicon) for doubt in doubts}

    @property
    def keepers(self) -> str:
        """The unit whose people can add what is missing; "" if the reader can, or if no entry would help."""
        return "" if self._keeper.unit_id is not None or not any(self._begun.values()) else self._keeper.unit

    def address(self, doubt: Mapping[str, Any]) -> str:
        """Return where an entry for this doubt is written; "" if the reader may not, or if no entry would help."""
        begun = self._begun[doubt["written"]]
        if begun is None or self._keeper.unit_id is None:
            return ""
        return url_for(
            "lexicon.new", written=begun.written, kind=begun.kind.value, text=begun.sentence or None,
            unit=self._keeper.unit_id, next=self.back or None,
        )  # fmt: skip
