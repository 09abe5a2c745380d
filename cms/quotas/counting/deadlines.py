"""When a report of a plan is due."""

from datetime import date, datetime

from channels.localtime import from_local
from cms.core.periods import Per, Period, containing
from cms.quotas.packs.schema import Plan, Report, ReportPer

_PERIOD = {ReportPer.QUARTER: Per.QUARTER, ReportPer.YEAR: Per.YEAR}


def report_periods(report: Report, plan: Plan) -> tuple[Period, ...]:
    """The periods the plan wants a report for, in order; a report that is due once covers the year of its day."""
    if report.per is ReportPer.ONCE:
        return (containing(Per.YEAR, date.fromisoformat(report.before or "")),)
    found = []
    period = containing(_PERIOD[report.per], plan.valid_from)
    while period.first <= plan.last_day:
        found.append(period)
        period = period.next()
    return tuple(found)


def closes(report: Report, period: Period) -> datetime:
    """The first instant (UTC) at which the report for ``period`` is late.

    "Trước ngày 30/11" is kept until the end of 29 November; without a day the report is due as the period ends.
    """
    if not report.before:
        return period.end
    year = "" if report.per is ReportPer.ONCE else f"{period.first.year}-"
    return from_local(datetime.fromisoformat(year + report.before))
