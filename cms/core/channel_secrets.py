"""A channel's secrets for use inside the newsroom, never for a page."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.contract import ChannelError
from scheduler.storage.tables import ChannelSecret
from scheduler.storage.vault import Keys


def opened(session: Session, channel_id: int, keys: Keys) -> dict[str, str] | None:
    """Return the secrets, empty if there are none; None if no key opens them."""
    box = session.scalar(select(ChannelSecret.box).where(ChannelSecret.channel_id == channel_id))
    if box is None:
        return {}
    try:
        return keys.open(box)
    except ChannelError:
        return None
