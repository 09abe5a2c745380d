"""What media refuses, in a form that code can test and people can read."""

from typing import ClassVar


def N_(text: str) -> str:
    """Mark ``text`` for the message catalogues."""
    return text


class MediaError(Exception):
    """Something that media cannot do.

    ``code`` never changes; ``text`` is the Vietnamese sentence with named places, ``values`` fill them. A caller
    that knows the reader's language translates ``text`` first; ``str()`` gives the Vietnamese.
    """

    code: ClassVar[str]
    text: ClassVar[str]

    def __init__(self, **values: object) -> None:
        super().__init__(values)
        self.values = values

    def __str__(self) -> str:
        return self.text % self.values


class NotStored(MediaError):
    """The store has no file of this name."""

    code = "not_stored"
    text = N_("Kho tệp không có tệp %(sha256)s.")


class Damaged(MediaError):
    """A stored file is no longer what its name says."""

    code = "damaged"
    text = N_("Tệp %(sha256)s trong kho đã bị hỏng; hãy khôi phục từ bản sao lưu.")


class StoreAway(MediaError):
    """The store does not answer, or refuses us."""

    code = "store_away"
    text = N_("Kho tệp đang không dùng được nên chưa làm được việc này; hãy thử lại sau ít phút.")


class NotAPicture(MediaError):
    """The bytes are no picture of an accepted kind."""

    code = "not_a_picture"
    text = N_("Tệp này không phải ảnh JPEG, PNG, WebP, GIF, HEIC hoặc AVIF; hãy chọn tệp ảnh khác.")


class OtherKind(NotAPicture):
    """A file of a known kind that is not accepted. Value: ``kind``, its name."""

    text = N_("Tệp này thuộc loại %(kind)s, hệ thống không nhận; hãy mở tệp rồi lưu hoặc xuất ra ảnh JPEG hay PNG.")


class PictureDamaged(MediaError):
    """The bytes begin as a picture but cannot be read to the end."""

    code = "picture_damaged"
    text = N_("Ảnh bị hỏng hoặc tải lên dở dang; hãy xuất lại ảnh rồi tải lên lần nữa.")


class PictureTooHeavy(MediaError):
    """The file has more bytes than allowed. Values: ``size`` and ``limit`` in megabytes, one decimal."""

    code = "picture_too_heavy"
    text = N_("Ảnh nặng %(size)s MB, tối đa là %(limit)s MB; hãy giảm kích thước ảnh.")


class PictureTooLarge(MediaError):
    """The picture has more pixels than its kind may have.

    Values: ``width``, ``height``, ``pixels`` in millions, ``kind``, ``limit`` in millions.
    """

    code = "picture_too_large"
    text = N_(
        "Ảnh %(width)s × %(height)s có %(pixels)s triệu điểm ảnh, ảnh %(kind)s tối đa là %(limit)s triệu;"
        " hãy thu nhỏ ảnh rồi tải lại."
    )


class PhoneTooLarge(PictureTooLarge):
    """The same of a picture as iPhones keep it: as JPEG it would be taken."""

    text = N_(
        "Ảnh %(width)s × %(height)s có %(pixels)s triệu điểm ảnh, ảnh %(kind)s tối đa là %(limit)s triệu; hãy gửi ảnh ở"
        " dạng JPEG (iPhone: Cài đặt > Camera > Định dạng > Tương thích nhất)."
    )


class PictureTooLong(PictureTooLarge):
    """A side has more pixels than allowed. Values: ``width``, ``height``, ``limit``."""

    text = N_("Ảnh %(width)s × %(height)s quá dài, mỗi cạnh tối đa là %(limit)s điểm ảnh; hãy cắt hoặc thu nhỏ ảnh.")


class PictureTooDemanding(MediaError):
    """The picture needs more memory or time than one picture may take."""

    code = "picture_too_demanding"
    text = N_("Ảnh này tốn quá nhiều bộ nhớ hoặc thời gian để đọc; hãy mở ảnh, lưu lại thành JPEG rồi tải lên.")


class PicturesBusy(MediaError):
    """Too many pictures are waiting to be read."""

    code = "pictures_busy"
    text = N_("Đang có nhiều ảnh chờ xử lý; hãy thử lại sau ít giây.")


class CannotShrink(MediaError):
    """No quality worth showing brings the picture under the limit. Values: ``width``, ``height``, ``limit`` in kB."""

    code = "cannot_shrink"
    text = N_(
        "Không thể nén ảnh %(width)s × %(height)s xuống dưới %(limit)s kB mà vẫn rõ; hãy chọn ảnh ít chi tiết hơn."
    )


class DoesNotFit(MediaError):
    """A text has no room at the smallest size people can read.

    Values: ``text`` as written, ``excess`` the number of characters too many (about), ``where`` the name of its field.
    """

    code = "does_not_fit"
    text = N_("“%(text)s” dài hơn chỗ trống khoảng %(excess)s ký tự; hãy viết ngắn lại.")


class BadInfographic(MediaError):
    """The description of an infographic is not valid. Values: ``where`` (path of the field) and ``problem``."""

    code = "bad_infographic"
    text = N_("Infographic chưa hợp lệ ở mục “%(where)s”: %(problem)s.")


class NoRaqm(MediaError):
    """Pillow was built without raqm, so Vietnamese marks would be misplaced."""

    code = "no_raqm"
    text = N_("Pillow thiếu thư viện raqm nên không đặt đúng dấu tiếng Việt; hãy cài bản Pillow có raqm.")
