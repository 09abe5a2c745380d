"""Covers of the demonstration: the infographic itself, or a card with the title."""

from datetime import datetime

from sqlalchemy.orm import Session

from cms.demo.content import DemoStory
from cms.people.permissions import Actor
from cms.people.tables import Unit
from cms.stories import assets
from cms.stories.content import Content, PictureUse
from cms.stories.illustrate import illustrated
from media import cover
from media.store import Store


def with_picture(
    session: Session, store: Store, actor: Actor, unit: Unit, story: DemoStory, content: Content, now: datetime
) -> Content:
    """The content with the cover that ``story`` asks for; a slogan has none."""
    if story.picture is None:
        return content
    if story.infographic:
        told = PictureUse(sha256="0" * 64, alt=story.picture.alt, caption=story.picture.caption)
        return illustrated(session, store, actor, unit.id, content.model_copy(update={"cover": told}), now)
    card = cover.Cover(
        story.title, "Chuyển đổi số", unit.short_name or unit.name, story.picture.icon, story.picture.palette
    )
    asset = assets.add(session, store, actor, unit.id, f"{story.slug}.png", cover.draw(card), now)
    alt = f"Tấm bìa mang dòng chữ “{story.title}”"
    use = PictureUse(sha256=asset.sha256, alt=alt[:300], caption=story.picture.caption)
    return content.model_copy(update={"cover": use})
