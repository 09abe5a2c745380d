"""Saving with preview in the editor: the four outputs of a 560-word article, and saving it as a new revision."""

from itertools import count
from pathlib import Path

from bench.machine import measure, table
from bench.newsroom import Large, bare, large
from cms.app.demo.content import load_stories

STORY = Path("01-nop-ho-so-tu-nha")
"""A real article of the demonstration is typed."""


def main() -> None:
    """Print median and 95th percentile."""
    article = next(story for story in load_stories() if story.slug == STORY.name)
    with large() as newsroom:
        story_id = _begin(newsroom, article.title)
        numbers = count()

        def form() -> dict[str, str]:
            body = f"{article.body}\n\nLần gõ thứ {next(numbers)}."
            return {
                "kind": "article",
                "title": article.title,
                "summary": article.summary,
                "body": body,
                "column": "chuyen-doi-so",
                "byline": article.byline,
                "language": "vi",
            }

        def preview() -> None:
            _good(newsroom, f"/stories/{story_id}/preview", form())

        def keep() -> None:
            _good(newsroom, f"/stories/{story_id}/working-copy", form())

        def save() -> None:
            _good(newsroom, f"/stories/{story_id}", form() | {"then": "save"})

        def save_with_preview() -> None:
            save()
            preview()

        figures = [
            measure("preview on four channels", preview),
            measure("keep what is typed", keep),
            measure("save as a revision", save),
            measure("save with preview", save_with_preview),
            measure("open the editor", lambda: newsroom.page(f"/stories/{story_id}")),
        ]
    print(table(figures, bare()))


def _begin(newsroom: Large, title: str) -> int:
    from sqlalchemy import select

    from cms.core.database import db
    from cms.models.people import Unit

    unit = db.session.scalars(select(Unit.id).where(Unit.code == "bao-long-an")).one()
    form = {
        "unit": str(unit),
        "kind": "article",
        "title": title,
        "column": "chuyen-doi-so",
        "language": "vi",
        "then": "save",
    }
    answer = newsroom.client.post("/stories/new", data=form)
    return int(answer.headers["Location"].split("?")[0].rsplit("/", 1)[1])


def _good(newsroom: Large, address: str, form: dict[str, str]) -> None:
    answer = newsroom.client.post(address, data=form)
    if answer.status_code >= 400:
        raise RuntimeError(f"{address}: {answer.status} {answer.get_data(as_text=True)[:300]}")


if __name__ == "__main__":
    main()
