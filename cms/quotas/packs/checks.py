"""What a schema cannot say about a plan pack: codes used once, references that lead somewhere, days in order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from channels.words import N_, Words
from cms.quotas.packs.refusal import Path, Problem
from cms.quotas.packs.schema import Pack, Quota, Report, ReportPer, Selector, Unit

_YEARLY_LENGTH = len("11-30")


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


def problems(pack: Pack) -> Iterator[Problem]:
    """Everything that is wrong with a pack whose shape is right; nothing for a good one."""
    yield from _repeated(pack)
    yield from _plan(pack)
    yield from _units(pack)
    yield from _vocabulary(pack)
    yield from _tasks(pack)
    yield from _reports(pack)


def _repeated(pack: Pack) -> Iterator[Problem]:
    lists: Mapping[str, Sequence[_Coded]] = {
        "groups": pack.groups,
        "media": pack.media,
        "units": pack.units,
        "columns": pack.columns,
        "platforms": pack.platforms,
        "audiences": pack.audiences,
        "topics": pack.topics,
        "documents": pack.documents,
        "tasks": pack.tasks,
        "reports": pack.reports,
        "forms": pack.forms,
        "materials": pack.materials,
    }
    for name, items in lists.items():
        yield from _twice(((name, i, "code"), item.code) for i, item in enumerate(items))
    yield from _twice(
        (("tasks", i, "quotas", j, "code"), quota.code)
        for i, task in enumerate(pack.tasks)
        for j, quota in enumerate(task.quotas)
    )
    yield from _twice(
        (("documents", i, "position"), f"{document.part}, {document.position}")
        for i, document in enumerate(pack.documents)
    )


def _twice(coded: Iterable[tuple[Path, str]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, code in coded:
        if code in seen:
            yield Problem(path, Words(N_("Mã “%(code)s” đã dùng ở trên; mỗi mã chỉ dùng một lần."), {"code": code}))
        seen.add(code)


def _known(path: Path, codes: Iterable[str], known: frozenset[str], sentence: str) -> Iterator[Problem]:
    for i, code in enumerate(codes):
        if code not in known:
            yield Problem((*path, i), Words(sentence, {"code": code}))


NO_UNIT = N_("Không có đơn vị nào mang mã “%(code)s” trong danh sách units.")
NO_GROUP = N_("Nhóm “%(code)s” chưa được khai báo trong danh sách groups.")
NO_MEMBER = N_("Nhóm “%(code)s” không có đơn vị nào nên không ai phải thực hiện.")
NO_MEDIUM = N_("Kênh “%(code)s” chưa được khai báo trong danh sách media.")
NO_COLUMN = N_("Chuyên mục “%(code)s” chưa được khai báo trong danh sách columns.")
NO_PLATFORM = N_("Nền tảng “%(code)s” chưa được khai báo trong danh sách platforms.")
NO_AUDIENCE = N_("Đối tượng “%(code)s” chưa được khai báo trong danh sách audiences.")
NO_TOPIC = N_("Chủ đề “%(code)s” chưa được khai báo trong danh sách topics.")


def _codes(items: Iterable[_Coded]) -> frozenset[str]:
    return frozenset(item.code for item in items)


def _one(path: Path, code: str | None, known: frozenset[str], sentence: str) -> Iterator[Problem]:
    if code is not None and code not in known:
        yield Problem(path, Words(sentence, {"code": code}))


def _plan(pack: Pack) -> Iterator[Problem]:
    plan, units = pack.plan, _codes(pack.units)
    yield from _one(("plan", "root"), plan.root, units, NO_UNIT)
    yield from _one(("plan", "lead"), plan.lead, units, NO_UNIT)
    yield from _order(("plan", "valid_to"), plan.valid_from, plan.valid_to)
    yield from _order(("plan", "applies_to"), plan.valid_from, plan.applies_to)


def _order(path: Path, first: date | None, last: date | None) -> Iterator[Problem]:
    if first and last and last < first:
        values = {"last": f"{last:%d/%m/%Y}", "first": f"{first:%d/%m/%Y}"}
        yield Problem(path, Words(N_("Ngày kết thúc %(last)s đứng trước ngày bắt đầu %(first)s."), values))


def _units(pack: Pack) -> Iterator[Problem]:
    by_code = {unit.code: unit for unit in pack.units}
    groups = _codes(pack.groups)
    for i, unit in enumerate(pack.units):
        path: Path = ("units", i)
        yield from _known((*path, "groups"), unit.groups, groups, NO_GROUP)
        yield from _order((*path, "valid_to"), unit.valid_from, unit.valid_to)
        yield from _one((*path, "parent"), unit.parent, frozenset(by_code), NO_UNIT)
        yield from _one((*path, "successor"), unit.successor, frozenset(by_code), NO_UNIT)
        yield from _loop((*path, "parent"), unit, {u.code: u.parent for u in pack.units})
        yield from _succession((*path, "successor"), unit, by_code)


def _loop(path: Path, unit: Unit, upward: Mapping[str, str | None]) -> Iterator[Problem]:
    seen, code = {unit.code}, upward[unit.code]
    while code is not None and code not in seen:
        seen.add(code)
        code = upward.get(code)
    if code == unit.code:
        yield Problem(path, Words(N_("Đơn vị “%(code)s” là cấp trên của chính mình."), {"code": code}))


def _succession(path: Path, unit: Unit, by_code: Mapping[str, Unit]) -> Iterator[Problem]:
    """A successor takes over after the last day and must outlive it; so a chain of successors never loops."""
    if unit.successor is None:
        return
    if unit.valid_to is None:
        yield Problem(path, Words(N_("Đơn vị “%(code)s” có đơn vị kế thừa thì phải có valid_to."), {"code": unit.code}))
        return
    heir = by_code.get(unit.successor)
    if heir and heir.valid_to and heir.valid_to <= unit.valid_to:
        values = {"code": heir.code, "day": f"{unit.valid_to:%d/%m/%Y}"}
        yield Problem(path, Words(N_("Đơn vị kế thừa “%(code)s” phải còn hoạt động sau ngày %(day)s."), values))


def _vocabulary(pack: Pack) -> Iterator[Problem]:
    platforms, audiences = _codes(pack.platforms), _codes(pack.audiences)
    media, topics = _codes(pack.media), _codes(pack.topics)
    for i, topic in enumerate(pack.topics):
        yield from _known(("topics", i, "platforms"), topic.platforms, platforms, NO_PLATFORM)
        yield from _known(("topics", i, "audiences"), topic.audiences, audiences, NO_AUDIENCE)
    for i, form in enumerate(pack.forms):
        yield from _known(("forms", i, "media"), form.media, media, NO_MEDIUM)
        yield from _known(("forms", i, "audiences"), form.audiences, audiences, NO_AUDIENCE)
    for i, material in enumerate(pack.materials):
        yield from _one(("materials", i, "medium"), material.medium, media, NO_MEDIUM)
        yield from _one(("materials", i, "topic"), material.topic, topics, NO_TOPIC)


def _tasks(pack: Pack) -> Iterator[Problem]:
    units = _codes(pack.units)
    for i, task in enumerate(pack.tasks):
        path: Path = ("tasks", i)
        yield from _selector((*path, "owners"), task.owners, pack)
        yield from _selector((*path, "partners"), task.partners, pack)
        yield from _one((*path, "lead"), task.lead, units, NO_UNIT)
        for j, quota in enumerate(task.quotas):
            yield from _quota((*path, "quotas", j), quota, pack)


def _quota(path: Path, quota: Quota, pack: Pack) -> Iterator[Problem]:
    yield from _known((*path, "media"), quota.media, _codes(pack.media), NO_MEDIUM)
    yield from _known((*path, "topics"), quota.topics, _codes(pack.topics), NO_TOPIC)
    yield from _known((*path, "introduces"), quota.introduces, _codes(pack.platforms), NO_PLATFORM)
    yield from _one((*path, "column"), quota.column, _codes(pack.columns), NO_COLUMN)
    yield from _selector((*path, "owners"), quota.owners, pack)
    if quota.share:
        yield from _groups((*path, "share", "groups"), quota.share.groups, pack)
        if quota.at_least is None:
            yield Problem((*path, "share"), Words(N_("Chỉ tiêu theo tỷ lệ phải có at_least cho mỗi thành viên.")))


def _selector(path: Path, selector: Selector | None, pack: Pack) -> Iterator[Problem]:
    if selector is None:
        return
    if not selector.units and not selector.groups:
        yield Problem(path, Words(N_("Phải ghi ít nhất một đơn vị (units) hoặc một nhóm đơn vị (groups).")))
    yield from _known((*path, "units"), selector.units, _codes(pack.units), NO_UNIT)
    yield from _groups((*path, "groups"), selector.groups, pack)


def _groups(path: Path, groups: Sequence[str], pack: Pack) -> Iterator[Problem]:
    declared = _codes(pack.groups)
    peopled = frozenset(group for unit in pack.units for group in unit.groups)
    for i, group in enumerate(groups):
        if group not in declared:
            yield Problem((*path, i), Words(NO_GROUP, {"code": group}))
        elif group not in peopled:
            yield Problem((*path, i), Words(NO_MEMBER, {"code": group}))


def _reports(pack: Pack) -> Iterator[Problem]:
    units = _codes(pack.units)
    for i, report in enumerate(pack.reports):
        path: Path = ("reports", i)
        yield from _selector((*path, "owners"), report.owners, pack)
        yield from _one((*path, "to"), report.to, units, NO_UNIT)
        yield from _one((*path, "onward"), report.onward, units, NO_UNIT)
        yield from _due((*path, "before"), report)


def _due(path: Path, report: Report) -> Iterator[Problem]:
    length = len(report.before or "")
    if report.per is ReportPer.ONCE and length <= _YEARLY_LENGTH:
        yield Problem(path, Words(N_("Báo cáo một lần (once) phải có hạn đủ ngày, tháng, năm như 2023-11-20.")))
    if report.per is ReportPer.YEAR and length > _YEARLY_LENGTH:
        yield Problem(path, Words(N_("Hạn của báo cáo hằng năm chỉ gồm tháng và ngày, như 11-30.")))
    if report.per is ReportPer.QUARTER and length:
        yield Problem(path, Words(N_("Báo cáo hằng quý đến hạn khi hết quý; hãy bỏ khóa before.")))
