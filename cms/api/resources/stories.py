"""Stories: listing, writing, reading."""

from typing import Any

from pydantic import Field

from channels.contract import StoryKind
from cms.api.kit.calls import Call, Reply
from cms.api.kit.expecting import Match
from cms.api.kit.fields import After, Day, NoQuery, RequestBody, Rows, Word
from cms.api.kit.named import unit_by_code
from cms.api.kit.table import endpoint
from cms.api.resources.story_changes import changing_story
from cms.api.resources.story_shapes import StoryPage, StoryTold, lines, story_reply
from cms.core.database import changing, db
from cms.core.permissions import Action
from cms.models.story_states import Stage
from cms.stories.editing import covers, writing
from cms.stories.editing.content import Content, parse
from cms.stories.queries import listing, lookup
from cms.web.context import store


class StoryQuery(RequestBody):
    """What a list is narrowed to."""

    q: Word = Field("", description="Words of the text, with or without Vietnamese marks; the last may be unfinished.")
    stage: Stage | None = None
    unit: Word = Field("", description="Code of a unit; takes in the units below it.")
    column: Word = ""
    kind: StoryKind | None = None
    after: After = ""
    limit: Rows = listing.LIMIT


class NewStory(RequestBody):
    """A story to begin."""

    unit: Word = Field(description="Code of the unit that the story is written for.")
    content: Content
    planned_for: Day | None = None


class WholeStory(RequestBody):
    """The whole content anew; fields that are left out become empty."""

    content: Content


class StoryChange(RequestBody):
    """What to change. Fields of `content` that are given replace those of the story, the others stay."""

    content: Content | None = None
    planned_for: Day | None = Field(None, description="null takes the day away.")


@endpoint("GET", "/stories", "stories:read")
def list_stories(call: Call[StoryQuery, None]) -> Reply[StoryPage]:
    """List stories, newest change first.

    Those of the caller's own units, and everybody's as they were approved last.
    """
    session, query = db.session(), call.query
    filters = listing.Filters(
        query=query.q, stage=query.stage, column=query.column, kind=query.kind,
        unit_id=unit_by_code(session, query.unit).id if query.unit else None,
    )  # fmt: skip
    page = listing.page(session, call.actor, filters, after=query.after, limit=query.limit)
    return Reply(StoryPage(items=lines(session, page.rows), next=page.next), next=page.next)


@endpoint("POST", "/stories", "stories:write", statuses=(201,), refuses=(404, 409))
def create_story(call: Call[NoQuery, NewStory]) -> Reply[StoryTold]:
    """Begin a story.

    It is a draft: nothing is published before it was submitted, approved and scheduled. The blocks of an infographic
    are drawn and become its cover.
    """
    picture = covers.drawn(store(), call.body.content)
    with changing() as session:
        unit = unit_by_code(session, call.body.unit)
        call.actor.require(Action.WRITE, unit.path)
        content = covers.illustrated(session, call.actor, unit.id, call.body.content, picture, call.now)
        made = writing.create(session, call.actor, unit_id=unit.id, content=content, now=call.now)
        if call.body.planned_for is not None:
            writing.plan_for(session, call.actor, made.id, call.body.planned_for, call.now)
        story_id = made.id
    return story_reply(call, story_id, 201)


@endpoint("GET", "/stories/{story_id}", "stories:read")
def read_story(call: Call[NoQuery, None], story_id: int) -> Reply[StoryTold]:
    """Read a story with its newest content; from outside its unit with the approved one.

    The ETag begins with the version; send it as If-Match to change exactly what was read.
    """
    return story_reply(call, story_id)


@endpoint("PUT", "/stories/{story_id}", "stories:write", match=Match.MUST, refuses=(409,))
def replace_story(call: Call[NoQuery, WholeStory], story_id: int) -> Reply[StoryTold]:
    """Save the whole content as the next revision.

    Approval starts anew. Equal content makes no new revision.
    """
    _save(call, story_id, call.body.content)
    return story_reply(call, story_id)


@endpoint("PATCH", "/stories/{story_id}", "stories:write", match=Match.MUST, refuses=(409,))
def change_story(call: Call[NoQuery, StoryChange], story_id: int) -> Reply[StoryTold]:
    """Change some fields of the content, or the planned day.

    Each field of `content` that is given replaces the story's; lists and objects are replaced whole.
    """
    session = db.session()
    found = lookup.story(session, call.actor, story_id)
    call.actor.require(Action.WRITE, found.unit.path)
    newest = lookup.current(found).content
    given = call.body.content
    content = parse({**newest, **given.model_dump(mode="json", exclude_unset=True)}) if given else None
    _save(call, story_id, content)
    return story_reply(call, story_id)


def _save(call: Call[Any, Any], story_id: int, content: Content | None) -> None:
    picture = covers.drawn(store(), content) if content is not None else None
    with changing_story(call, story_id) as (session, found, version):
        call.actor.require(Action.WRITE, found.unit.path)
        lookup.check_version(found, version)
        if content is not None:
            full = covers.illustrated(session, call.actor, found.unit_id, content, picture, call.now)
            writing.save(session, call.actor, story_id, full, base_id=None, now=call.now)
        if isinstance(call.body, StoryChange) and "planned_for" in call.body.model_fields_set:
            writing.plan_for(session, call.actor, story_id, call.body.planned_for, call.now)
