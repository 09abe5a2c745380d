"""Covers of the demonstration: the infographic itself, or a card with the title."""

from datetime import datetime

from sqlalchemy.orm import Session

from cms.app.demo.content import DemoStory
from cms.core.permissions import Actor
from cms.models.people import Unit
from cms.stories.editing import covers, pictures
from cms.stories.editing.content import Content, PictureUse
from cms.stories.editing.covers import illustrated
from cms.stories.editing.pictures import KeptPicture
from media.pictures import cover
from media.storage.store import Store


def with_picture(
    session: Session, actor: Actor, unit: Unit, story: DemoStory, content: Content, kept: KeptPicture | None,
    now: datetime,
) -> Content:  # fmt: skip
    """The content with the cover that ``story`` asks for and ``drawn`` made; a slogan has none."""
    if story.picture is None or kept is None:
        return content
    if story.infographic:
        told = PictureUse(sha256="0" * 64, alt=story.picture.alt, caption=story.picture.caption)
        return illustrated(session, actor, unit.id, content.model_copy(update={"cover": told}), kept, now)
    asset = pictures.add(session, actor, unit.id, f"{story.slug}.png", kept, now)
    alt = f"Tấm bìa mang dòng chữ “{story.title}”"
    use = PictureUse(sha256=asset.sha256, alt=alt[:300], caption=story.picture.caption)
    return content.model_copy(update={"cover": use})


def drawn(store: Store, unit_name: str, story: DemoStory, content: Content) -> KeptPicture | None:
    """Draw the cover that ``story`` asks for and put it into the store."""
    if story.picture is None:
        return None
    if story.infographic:
        return covers.drawn(store, content)
    card = cover.Cover(story.title, "Chuyển đổi số", unit_name, story.picture.icon, story.picture.palette)
    return pictures.keep(store, pictures.clean(cover.draw(card)))
