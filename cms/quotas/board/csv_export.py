"""The board as CSV for a spreadsheet: UTF-8 with a mark so that Excel reads it, and no cell that computes."""

import csv
import io
from collections.abc import Callable

from channels.words import N_, Words
from cms.quotas.board.badges import look_of
from cms.quotas.board.board import Board
from cms.quotas.counting.facts import QuotaFacts, UnitFacts
from cms.quotas.counting.scoring import Score
from cms.web.output.csv_escaping import safe
from cms.web.output.formats import moment

HEADINGS = (
    N_("Kế hoạch"),
    N_("Nhiệm vụ"),
    N_("Chỉ tiêu"),
    N_("Nội dung"),
    N_("Mã đơn vị"),
    N_("Đơn vị"),
    N_("Kỳ"),
    N_("Yêu cầu"),
    N_("Đã được tính"),
    N_("Đã lên lịch"),
    N_("Chờ duyệt"),
    N_("Đã thu hồi"),
    N_("Số kỳ đạt"),
    N_("Số kỳ"),
    N_("Tình trạng"),
    N_("Giải thích"),
    N_("Hạn (GMT+7)"),
)


def as_csv(board: Board, say: Callable[[Words], str]) -> str:
    """One line for each cell, in the reader's language."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([say(Words(heading)) for heading in HEADINGS])
    for unit, quota, score in board.entries():
        writer.writerow([safe(cell) for cell in _line(unit, quota, score, say)])
    return "\ufeff" + out.getvalue()


def _line(unit: UnitFacts, quota: QuotaFacts, score: Score, say: Callable[[Words], str]) -> list[str]:
    tally = score.tally
    figures = (tally.counted, tally.scheduled, tally.in_review, score.retracted)
    several = (score.met, score.of) if score.of > 1 else ("", "")
    return [
        quota.plan.title, quota.task, quota.code, quota.what, unit.code, unit.name, score.period.code,
        "" if score.target is None else str(score.target), *map(str, figures), *map(str, several),
        say(Words(look_of(score, quota).name)), say(score.verdict.why), moment(score.closes),
    ]  # fmt: skip
