"""What the delivery desk refuses: nothing was changed, and one sentence says why and what to do instead."""

from datetime import datetime

from channels.localtime import spoken
from channels.words import N_, Words
from scheduler.decisions.states import DeliveryState


class DeskRefusal(Exception):
    """A decision that cannot be carried out. ``words`` is for the person who took it; ``code`` never changes."""

    code = "refused"

    def __init__(self, text: str, **values: object) -> None:
        self.words = Words(text, values)
        super().__init__(str(self.words))


class NoSuchDelivery(DeskRefusal):
    """There is no delivery with this id."""

    code = "no-such-delivery"

    def __init__(self) -> None:
        super().__init__(N_("Không có lượt phát hành này; có thể trang đã cũ, hãy tải lại."))


class ChannelClosed(DeskRefusal):
    """The channel is inactive or gone."""

    code = "channel-closed"

    def __init__(self) -> None:
        super().__init__(N_("Kênh này đã ngừng hoạt động; hãy chọn kênh khác."))


class AlreadyScheduled(DeskRefusal):
    """The story already has a delivery on this channel; ``state`` is where that one stands."""

    code = "already-scheduled"

    def __init__(self, state: DeliveryState, at: datetime) -> None:
        self.state = state
        if state is DeliveryState.SCHEDULED:
            text = N_("Bài đã có lịch lên kênh này lúc %(time)s; hãy dời lịch đó thay vì đặt thêm.")
        elif state is DeliveryState.LIVE:
            text = N_("Bài đang có trên kênh này; hãy dùng đính chính để thay nội dung.")
        else:
            text = N_("Bài đang được gửi hoặc thu hồi trên kênh này; hãy chờ xong rồi đặt lịch.")
        super().__init__(text, time=spoken(at))


class TimeInPast(DeskRefusal):
    """The wanted time has passed."""

    code = "time-in-past"

    def __init__(self, at: datetime) -> None:
        super().__init__(N_("Thời điểm %(time)s đã qua; hãy chọn một thời điểm sắp tới."), time=spoken(at))


class EndTooEarly(DeskRefusal):
    """The end lies before the start."""

    code = "end-too-early"

    def __init__(self, until: datetime) -> None:
        super().__init__(N_("Hạn hiển thị %(time)s phải sau giờ đăng; hãy chọn hạn muộn hơn."), time=spoken(until))


class AlreadyOut(DeskRefusal):
    """The delivery has gone out or may have, so it cannot be moved or cancelled any more."""

    code = "already-out"

    def __init__(self) -> None:
        super().__init__(N_("Bài đã được gửi lên kênh nên không hủy hay dời lịch được nữa; hãy dùng thu hồi nếu cần."))


class NothingToDo(DeskRefusal):
    """The delivery has ended or stands where this decision means nothing."""

    code = "nothing-to-do"

    def __init__(self) -> None:
        super().__init__(N_("Lượt phát hành này không còn ở trạng thái cho phép thao tác đó; hãy tải lại trang."))


class NotWanted(DeskRefusal):
    """The story was withdrawn, so it is not sent again."""

    code = "not-wanted"

    def __init__(self) -> None:
        super().__init__(
            N_("Bài đã có lệnh thu hồi nên không gửi lại; nếu bài không có trên kênh, hãy chọn “Chưa gửi”.")
        )


class ReasonMissing(DeskRefusal):
    """A decision that is kept with its reason came without one."""

    code = "reason-missing"

    def __init__(self) -> None:
        super().__init__(N_("Hãy ghi lý do; lý do được lưu cùng nhật ký thay đổi."))


class ChangedMeanwhile(DeskRefusal):
    """Somebody else, or the engine, was faster."""

    code = "changed-meanwhile"

    def __init__(self) -> None:
        super().__init__(N_("Lượt phát hành vừa thay đổi trong lúc bạn thao tác; hãy xem lại rồi thực hiện lần nữa."))
