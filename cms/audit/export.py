"""The audit trail as CSV for a spreadsheet: UTF-8 with a mark so that Excel reads it, and no cell that computes."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from channels.words import N_, Words
from cms.audit import wording
from cms.audit.queries import MOST, AuditPage
from cms.audit.wording import Say
from cms.models.audit import AuditEntry
from cms.web.output.csv_escaping import safe
from cms.web.output.formats import moment

HEADINGS = (
    N_("Thời gian (GMT+7)"),
    N_("Người"),
    N_("Tên đăng nhập"),
    N_("Việc"),
    N_("Đối tượng"),
    N_("Mã"),
    N_("Tên đối tượng"),
    N_("Đơn vị"),
    N_("Chi tiết"),
    N_("Qua"),
    N_("Địa chỉ mạng"),
)


def csv_lines(pages: Iterable[AuditPage], say: Say) -> Iterator[str]:
    """Yield the file in parts: heading first, then one part for each page; a cut-off list says so at its end."""
    yield "\ufeff" + _written([[say(Words(heading)) for heading in HEADINGS]])
    count, more = 0, False
    for page in pages:
        yield _written(_cells(entry, page, say) for entry in page.entries)
        count, more = count + len(page.entries), page.onward is not None
    if more:
        note = Words(
            N_("Tệp dừng ở %(count)s dòng; hãy chọn khoảng ngày ngắn hơn để tải phần còn lại."), {"count": MOST}
        )
        yield _written([[say(note)]])


def _cells(entry: AuditEntry, page: AuditPage, say: Say) -> list[str]:
    person = entry.person
    return [
        moment(entry.at),
        person.name if person else "",
        person.username if person else "",
        wording.action_name(entry.action, say),
        wording.subject_name(entry.subject, say),
        str(entry.subject_id or ""),
        page.names.get((entry.subject, entry.subject_id or 0), ""),
        page.units.get(entry.unit_id or 0, ""),
        wording.text(entry.detail, say),
        wording.via_name(entry.via, say),
        entry.origin,
    ]


def _written(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()
