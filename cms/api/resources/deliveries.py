"""Deliveries: listing and reading."""

from typing import Annotated

from pydantic import Field

from channels.words import N_
from cms.api.kit.calls import Call, Reply
from cms.api.kit.fields import After, Day, Id, NoQuery, RequestBody, Rows, Word
from cms.api.kit.named import channel_by_slug, unit_by_code
from cms.api.kit.table import endpoint
from cms.api.resources.delivery_shapes import DeliveryPage, DeliveryTold, delivery_reply, line
from cms.core.database import db
from cms.core.refusal import Invalid
from cms.deliveries import queries
from cms.deliveries.queries import DeliveryFilter
from cms.web.input.cursor import Cursor
from scheduler.decisions.states import DeliveryState


class DeliveryQuery(RequestBody):
    """What the list is narrowed to. Days are days in Viet Nam of the promised time, included at both ends."""

    state: Annotated[tuple[DeliveryState, ...], Field(max_length=10, description="May be repeated.")] = ()
    channel: Word = Field("", description="Slug of a channel.")
    kind: Word = Field("", description="Kind of channel.")
    story: Id | None = None
    unit: Word = Field("", description="Code of a unit whose channels, and those of units below it, are meant.")
    since: Day | None = None
    until: Day | None = None
    attention: bool = Field(False, description="Only what waits for a person.")
    after: After = ""
    limit: Rows = queries.PAGE


@endpoint("GET", "/deliveries", "deliveries:read")
def list_deliveries(call: Call[DeliveryQuery, None]) -> Reply[DeliveryPage]:
    """List deliveries, latest promise first."""
    session, query = db.session(), call.query
    wanted = DeliveryFilter(
        states=tuple(query.state), kind=query.kind, story_id=query.story, since=query.since, until=query.until,
        channel_id=channel_by_slug(session, query.channel).id if query.channel else None,
        unit_id=unit_by_code(session, query.unit).id if query.unit else None, open_matters=query.attention,
    )  # fmt: skip
    page = queries.page(session, call.actor, wanted, cursor(query.after), size=query.limit)
    onward = str(page.onward) if page.onward else None
    return Reply(DeliveryPage(items=[line(row) for row in page.rows], next=onward), next=onward)


@endpoint("GET", "/deliveries/{delivery_id}", "deliveries:read")
def read_delivery(call: Call[NoQuery, None], delivery_id: int) -> Reply[DeliveryTold]:
    """Read a delivery with its evidence and attempts."""
    return delivery_reply(call, delivery_id)


def cursor(written: str) -> Cursor | None:
    """Return where a page begins; raise ``Invalid`` for what is no cursor of ours."""
    found = Cursor.read(written)
    if written and found is None:
        raise Invalid(N_("Địa chỉ trang sau không đúng; hãy mở lại danh sách từ đầu."), field="after")
    return found
