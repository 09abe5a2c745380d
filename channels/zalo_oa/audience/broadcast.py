"""When and to whom articles may be broadcast: pure decisions over Zalo's rules (reference: section 5 of the notes).

Zalo reviews a broadcast for about half an hour and takes none at night; its API has no schedule and no cancellation,
so the time of the call is ours to choose.
"""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from channels.localtime import ZONE
from channels.words import N_, Words
from channels.zalo_oa.audience.cities import CITIES

"""The documents name no time zone for the night; this is the one that its senders live in."""
OPENS, CLOSES = time(6), time(22)
"""Taken from 06:00 to 21:59."""
LEAD = timedelta(minutes=40)
"""Zalo's review takes about 30 minutes and then queues by the time of sending."""
FARTHEST = timedelta(days=60)
ARTICLES_MAX = 5
MINUTE = timedelta(minutes=1)

GENDERS = {"0": N_("Mọi giới"), "1": N_("Nam"), "2": N_("Nữ")}
AGES = {
    "0": N_("Dưới 13 tuổi"),
    "1": N_("13–17 tuổi"),
    "2": N_("18–24 tuổi"),
    "3": N_("25–34 tuổi"),
    "4": N_("35–44 tuổi"),
    "5": N_("45–54 tuổi"),
    "6": N_("55–64 tuổi"),
    "7": N_("Từ 65 tuổi"),
}

TOO_FEW = N_("Hãy chọn ít nhất một bài đang phát hành trên Official Account.")
TOO_MANY = N_("Mỗi lượt gửi tối đa %(limit)s bài; hãy bỏ bớt.")
TWICE = N_("Một bài được chọn hai lần; hãy bỏ bớt.")
NOT_LIVE = N_("Bài “%(title)s” không còn phát hành trên Official Account; hãy bỏ bài này khỏi lượt gửi.")
HIDDEN = N_("Bài “%(title)s” đang ẩn trên Official Account nên không gửi được; hãy cho hiện bài trước.")
ENDS_BEFORE = N_("Bài “%(title)s” sẽ được gỡ trước giờ gửi; hãy chọn giờ sớm hơn hoặc bỏ bài này.")
TOO_SOON = N_("Zalo duyệt mất khoảng 40 phút; giờ sớm nhất chọn được bây giờ là %(soonest)s.")
AT_NIGHT = N_("Zalo chỉ nhận gửi từ 06:00 đến 21:59 và cần 40 phút để duyệt; hãy chọn giờ từ 06:40 đến 21:59.")
TOO_FAR = N_("Chỉ đặt trước được %(days)s ngày; hãy chọn giờ gần hơn.")
NO_QUOTA = N_("Official Account không còn lượt gửi nào trong kỳ này (%(used)s/%(limit)s đã dùng); hãy chờ kỳ sau.")
NO_QUOTA_ZALO = N_("Zalo báo Official Account không còn lượt gửi nào; hãy chờ kỳ sau hoặc nâng gói.")
NIGHT_NOW = N_("Bây giờ là giờ đêm, Zalo không nhận gửi từ 22:00 đến 06:00.")


class BadTarget(ValueError):
    """A group of followers that Zalo does not know."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which followers: codes of Zalo's tables. Empty ages or cities mean everybody."""

    gender: str = "0"
    ages: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()

    @property
    def everybody(self) -> bool:
        """Whether nobody is left out."""
        return self.gender == "0" and not self.ages and not self.cities

    def payload(self) -> dict[str, str]:
        """Return the target as Zalo takes it: comma-joined strings, nothing for what is not limited."""
        chosen = {
            "gender": "" if self.gender == "0" else self.gender,
            "ages": ",".join(self.ages),
            "cities": ",".join(self.cities),
        }
        return {name: value for name, value in chosen.items() if value}


def target_of(gender: str, ages: Sequence[str], cities: Sequence[str]) -> Target:
    """Return the target of what was chosen, each code once and in Zalo's order; all codes are as good as none.

    Raise ``BadTarget`` for a code that Zalo does not have.
    """
    if (gender or "0") not in GENDERS or not set(ages) <= set(AGES) or not set(cities) <= set(CITIES):
        raise BadTarget
    wanted_ages, wanted_cities = (tuple(sorted(set(codes), key=int)) for codes in (ages, cities))
    return Target(
        gender or "0",
        () if len(wanted_ages) == len(AGES) else wanted_ages,
        () if len(wanted_cities) == len(CITIES) else wanted_cities,
    )


def target_from(payload: Mapping[str, str]) -> Target:
    """Return the target that ``Target.payload`` was made from."""
    return Target(payload.get("gender", "0"), _codes(payload, "ages"), _codes(payload, "cities"))


def _codes(payload: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(code for code in payload.get(name, "").split(",") if code)


def is_open(instant: datetime) -> bool:
    """Whether Zalo takes a broadcast at ``instant``."""
    return OPENS <= instant.astimezone(ZONE).time() < CLOSES


def may_call(now: datetime) -> Words | None:
    """Return why no broadcast may be asked for at ``now``, None if it may."""
    return None if is_open(now) else Words(NIGHT_NOW)


def call_at(wanted: datetime) -> datetime:
    """Return when Zalo has to be asked so that followers are told at ``wanted``."""
    return wanted - LEAD


def soonest(now: datetime) -> datetime:
    """Return the earliest whole minute at which followers can be told."""
    wanted = now + LEAD
    whole = wanted.replace(second=0, microsecond=0)
    wanted = whole if whole == wanted else whole + MINUTE
    if is_open(wanted) and is_open(call_at(wanted)):
        return wanted
    local = call_at(wanted).astimezone(ZONE)
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    return (datetime.combine(day, OPENS, ZONE) + LEAD).astimezone(now.tzinfo)


def when_refused(wanted: datetime, now: datetime) -> Words | None:
    """Return why followers cannot be told at ``wanted``, None if they can."""
    if not (is_open(wanted) and is_open(call_at(wanted))):
        return Words(AT_NIGHT)
    if wanted > now + FARTHEST:
        return Words(TOO_FAR, {"days": FARTHEST.days})
    if call_at(wanted) < now - MINUTE:
        return Words(TOO_SOON, {"soonest": f"{soonest(now).astimezone(ZONE):%H:%M %d/%m/%Y} GMT+7"})
    return None


@dataclass(frozen=True, slots=True)
class Chosen:
    """An article as it stands with us. ``until`` (UTC) is when it will be taken down."""

    id: int
    title: str
    live: bool
    shown: bool = True
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """Broadcasts of the present period: ``limit`` as set for the account (None: unknown), ``used`` by our own count.

    ``left`` is the provider's last word, None if it never said.
    """

    limit: int | None
    used: int
    left: int | None = None

    @property
    def remaining(self) -> int | None:
        """How many are left by the stricter of the two counts; None if neither is known."""
        known = [value for value in (self.left, None if self.limit is None else self.limit - self.used)
                 if value is not None]  # fmt: skip
        return max(0, min(known)) if known else None


def refusals(articles: Sequence[Chosen], wanted: datetime, allowance: Allowance, now: datetime) -> list[Words]:
    """Return every reason why these articles cannot be broadcast at ``wanted``; none if they can."""
    found = [_number(articles), *(_article(one, wanted) for one in articles), when_refused(wanted, now),
             _allowed(allowance)]  # fmt: skip
    return [words for words in found if words is not None]


def _number(articles: Sequence[Chosen]) -> Words | None:
    if not articles:
        return Words(TOO_FEW)
    if len(articles) > ARTICLES_MAX:
        return Words(TOO_MANY, {"limit": ARTICLES_MAX})
    return Words(TWICE) if len({one.id for one in articles}) < len(articles) else None


def _article(one: Chosen, wanted: datetime) -> Words | None:
    if not one.live:
        return Words(NOT_LIVE, {"title": one.title})
    if not one.shown:
        return Words(HIDDEN, {"title": one.title})
    if one.until is not None and one.until <= wanted:
        return Words(ENDS_BEFORE, {"title": one.title})
    return None


def _allowed(allowance: Allowance) -> Words | None:
    if allowance.limit is not None and allowance.used >= allowance.limit:
        return Words(NO_QUOTA, {"used": allowance.used, "limit": allowance.limit})
    return Words(NO_QUOTA_ZALO) if allowance.left is not None and allowance.left <= 0 else None


def period(reset_day: int, at: datetime) -> tuple[datetime, datetime]:
    """Return start and end (UTC, half-open) of the period that ``at`` lies in.

    The count begins anew on the day of the month on which the package was bought; shorter months end with their last.
    """
    local = at.astimezone(ZONE)
    start = _reset(local.year, local.month, reset_day)
    if local < start:
        previous = local.replace(day=1) - timedelta(days=1)
        return _utc(_reset(previous.year, previous.month, reset_day)), _utc(start)
    following = local.replace(day=28) + timedelta(days=4)
    return _utc(start), _utc(_reset(following.year, following.month, reset_day))


def _reset(year: int, month: int, day: int) -> datetime:
    last = calendar.monthrange(year, month)[1]
    return datetime(year, month, min(day, last), tzinfo=ZONE)


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)
