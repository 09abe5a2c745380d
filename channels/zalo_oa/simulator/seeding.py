"""Puts an app, an Official Account and a token pair into the simulator."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from channels.zalo_oa.simulator.oauth import ACCESS_TOKEN_LIFE, REFRESH_TOKEN_LIFE
from channels.zalo_oa.simulator.store import State, epoch_ms, read_config, utc_now


def seed(
    state_path: Path,
    *,
    app_id: str,
    app_secret: str,
    access_token: str,
    refresh_token: str,
    oa_name: str,
    oa_id: str = "1430288419280015617",
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Make the account and its token pair known. Repeating it changes nothing: used tokens stay used."""
    state = State(state_path, clock)
    state.prepare()
    with state.transaction() as db:
        now = state.now(read_config(db))
        db.execute(
            "INSERT OR IGNORE INTO accounts (oa_id, app_id, app_secret, name) VALUES (?, ?, ?, ?)",
            (oa_id, app_id, app_secret, oa_name),
        )
        lives: tuple[tuple[str, str, timedelta], ...] = (
            ("access", access_token, ACCESS_TOKEN_LIFE),
            ("refresh", refresh_token, REFRESH_TOKEN_LIFE),
        )
        db.executemany(
            "INSERT OR IGNORE INTO tokens (value, kind, oa_id, state, expires_ms) VALUES (?, ?, ?, 'live', ?)",
            [(value, kind, oa_id, epoch_ms(now + life)) for kind, value, life in lives],
        )
