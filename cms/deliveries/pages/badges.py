"""What attempts and channels' states are called and how they look."""

from channels.words import N_
from cms.web.output.badges import Look
from scheduler.decisions.states import Action, Outcome

OUTCOMES = {
    Outcome.DONE: Look(N_("Thành công"), "check-circle", "good"),
    Outcome.PROGRESS: Look(N_("Xong một bước, còn bước sau"), "skip-forward", "plan"),
    Outcome.REJECTED: Look(N_("Bị từ chối"), "x-circle", "bad"),
    Outcome.AUTH: Look(N_("Mã truy cập bị từ chối"), "key", "bad"),
    Outcome.RATE_LIMITED: Look(N_("Kênh yêu cầu gửi chậm lại"), "stopwatch", "wait"),
    Outcome.TRANSIENT: Look(N_("Lỗi tạm thời, sẽ thử lại"), "arrow-repeat", "wait"),
    Outcome.UNCERTAIN: Look(N_("Không rõ kết quả"), "question-circle", "warn"),
    Outcome.LOST: Look(N_("Bị ngắt giữa chừng"), "plug", "warn"),
}
"""Looks of an attempt's outcome."""

ATTEMPTS = {
    Action.PUBLISH: N_("Phát hành"),
    Action.CORRECT: N_("Đính chính"),
    Action.FIND: N_("Tra xem đã lên kênh chưa"),
    Action.RETRACT: N_("Thu hồi"),
    Action.EXPIRE: N_("Gỡ khi hết hạn"),
}
"""What an attempt tried."""
