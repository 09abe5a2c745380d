"""What became of a story while somebody had it open, told to them beside the next copy that is kept."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.words import N_, Words
from cms.core.permissions import Actor
from cms.models.stories import Review
from cms.models.story_states import Stage
from cms.stories.pages.opened_story import OpenedStory

SENTENCES = {
    Stage.DRAFT: N_("Trong lúc bạn viết, bài đã về bản nháp. Chữ bạn gõ vẫn được giữ; hãy lưu rồi gửi duyệt."),
    Stage.SUBMITTED: N_(
        "Trong lúc bạn viết, bản %(number)s đã được gửi duyệt và chưa có chữ bạn đang gõ."
        " Muốn lãnh đạo đọc cả chữ mới, hãy bấm Gửi duyệt lần nữa."
    ),
    Stage.RETURNED: N_(
        "Trong lúc bạn viết, %(person)s đã trả lại bản %(number)s: “%(reason)s”."
        " Chữ bạn gõ vẫn được giữ; hãy sửa theo lý do ấy rồi gửi duyệt lại."
    ),
    Stage.APPROVED: N_(
        "Trong lúc bạn viết, %(person)s đã duyệt bản %(number)s và bản ấy chưa có chữ bạn đang gõ."
        " Muốn đưa chữ mới vào bài, hãy gửi duyệt lại; lưu là bài về bản nháp."
    ),
    Stage.SCHEDULED: N_(
        "Trong lúc bạn viết, bản %(number)s đã được lên lịch và chưa có chữ bạn đang gõ."
        " Muốn lịch mang chữ mới, hãy gửi duyệt lại trước giờ phát hành."
    ),
    Stage.LIVE: N_(
        "Trong lúc bạn viết, bản %(number)s đã được phát hành và chưa có chữ bạn đang gõ."
        " Muốn đính chính, hãy gửi duyệt lại; kênh vẫn mang bản ấy tới khi bản mới được duyệt và lên lịch."
    ),
    Stage.RETRACTED: N_(
        "Trong lúc bạn viết, bài đã bị thu hồi khỏi mọi kênh. Chữ bạn gõ vẫn được giữ;"
        " muốn phát hành lại, hãy sửa chỗ sai rồi gửi duyệt."
    ),
    Stage.EXPIRED: N_(
        "Trong lúc bạn viết, bài đã hết hạn trên các kênh. Chữ bạn gõ vẫn được giữ; muốn phát hành lại, hãy gửi duyệt."
    ),
}
"""What to tell whose page still shows another stage, and what to do."""

LOCKED = N_(
    "Trong lúc bạn viết, bài đã được lên lịch nên đã khóa. Chữ bạn gõ vẫn được giữ nhưng chưa lưu thành bản mới được;"
    " hãy nhờ lãnh đạo duyệt bài bỏ lịch, rồi lưu."
)
SAVED = N_(
    "Trong lúc bạn viết, người khác đã lưu bản %(number)s. Chữ bạn gõ vẫn được giữ; hãy bấm Lưu để so sánh hai bản."
)
SAVED_BY_SELF = N_(
    "Bạn đã lưu bản %(number)s của bài này ở một thẻ hoặc máy khác."
    " Chữ gõ ở đây vẫn được giữ; hãy bấm Lưu để so sánh hai bản."
)


def happened(session: Session, actor: Actor, found: OpenedStory, *, base_id: int | None, stood: str) -> Words | None:
    """One sentence for who types on ``base_id`` in a page that shows the stage ``stood``, and what to do; None if the
    story still is as the page shows it. A page that does not say what it shows is told of newer revisions only."""
    number = found.revision.number
    moved = stood in set(Stage) and stood != found.stage
    if found.choices.locked:
        return Words(LOCKED)
    if base_id not in (None, found.story.current_id):
        return Words(SAVED_BY_SELF if found.revision.created_by == actor.person_id else SAVED, {"number": number})
    if not moved:
        return None
    return Words(SENTENCES[found.stage], {"number": number, **_decision(session, found)})


def _decision(session: Session, found: OpenedStory) -> dict[str, str]:
    """Who decided about the newest revision, and the reason."""
    query = select(Review).where(Review.revision_id == found.story.current_id).order_by(Review.id.desc()).limit(1)
    last = session.scalars(query).first()
    return {"person": last.person.name, "reason": last.reason} if last is not None else {}
