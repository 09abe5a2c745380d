"""Prometheus metrics, read from the database when they are asked for: every process answers the same."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import Connection, func, select

from cms.processes.restarts import Restarted
from scheduler import health
from scheduler.decisions.channel_standing import ChannelStatus
from scheduler.storage.tables import Channel, Delivery

MIME = "text/plain; version=0.0.4; charset=utf-8"


class _Reading:
    """One reading of the database as a collector."""

    def __init__(
        self,
        connection: Connection,
        restarts: Mapping[str, Restarted],
        stands: Mapping[str, ChannelStatus],
        now: datetime,
    ) -> None:
        self._connection, self._restarts, self._stands, self._now = connection, restarts, stands, now

    def collect(self) -> Iterator[Metric]:
        """Yield the metric families."""
        age = health.heartbeat_age(self._connection, self._now)
        yield GaugeMetricFamily(
            "dakenh_scheduler_heartbeat_age_seconds",
            "Seconds since a scheduler was last seen.",
            age if age is not None else -1,
        )
        yield GaugeMetricFamily(
            "dakenh_deliveries_overdue",
            "Deliveries whose time has passed.",
            health.overdue(self._connection, self._now),
        )
        yield GaugeMetricFamily(
            "dakenh_deliveries_needing_person",
            "Deliveries that wait for a decision.",
            health.needs_person(self._connection),
        )
        yield self._by_channel(
            "dakenh_documents_failing_seconds",
            "Seconds since the documents of a pull channel can no longer be made as they should be.",
            {one.slug: (self._now - one.since).total_seconds() for one in health.failing(self._connection)},
        )
        yield self._by_channel(
            "dakenh_deliveries_left_out",
            "Live deliveries that are left out of their channel because they are broken.",
            health.left_out(self._connection),
        )
        yield self._standings()
        yield self._by_state()
        yield from self._started_again()

    def _started_again(self) -> Iterator[Metric]:
        count = CounterMetricFamily(
            "dakenh_process_restarts", "Processes of this machine that ended by themselves.", labels=["process"]
        )
        last = GaugeMetricFamily(
            "dakenh_process_last_restart_timestamp_seconds", "When a process last did.", labels=["process"]
        )
        for name, restarted in sorted(self._restarts.items()):
            count.add_metric([name], restarted.count)
            last.add_metric([name], restarted.last)
        yield count
        yield last

    def _standings(self) -> Metric:
        family = GaugeMetricFamily(
            "dakenh_channel_standing", "How each active channel stands: 1 for the one that is true.",
            labels=["channel", "standing"],
        )  # fmt: skip
        for slug, one in self._stands.items():
            family.add_metric([slug, one.standing.value], 1)
        return family

    def _by_channel(self, name: str, words: str, values: Mapping[str, float]) -> Metric:
        family = GaugeMetricFamily(name, words, labels=["channel"])
        for slug, value in values.items():
            family.add_metric([slug], value)
        return family

    def _by_state(self) -> Metric:
        family = GaugeMetricFamily(
            "dakenh_deliveries", "Deliveries by channel kind and state.", labels=["kind", "state"]
        )
        rows = self._connection.execute(
            select(Channel.kind, Delivery.state, func.count())
            .join(Channel, Channel.id == Delivery.channel_id)
            .group_by(Channel.kind, Delivery.state)
        )
        for kind, state, count in rows:
            family.add_metric([kind, state], count)
        return family


def exposition(
    connection: Connection, restarts: Mapping[str, Restarted], stands: Mapping[str, ChannelStatus], now: datetime
) -> bytes:
    """The metrics in Prometheus' text format; ``stands`` are those of the channels, by slug."""
    registry = CollectorRegistry()
    registry.register(_Reading(connection, restarts, stands, now))
    return generate_latest(registry)
