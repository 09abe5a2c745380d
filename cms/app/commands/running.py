"""``dakenh web``, ``scheduler``, ``zalo-sim``, and ``serve`` that keeps them all running."""

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import click

from cms.app.commands.application import settings
from cms.app.commands.setup import schema_problem
from cms.core.settings import BadSetting, Settings
from cms.processes.parent import die_with_parent
from cms.processes.restarts import Restarts
from cms.processes.supervisor import Child, Supervisor

FINISH_S = 10
"""How long a scheduler whose parent has died may finish the calls that it has in hand."""


def _kept(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--kept-by", type=int, hidden=True, help="Process that started this one and ends it.")(command)


@click.command()
@_kept
@click.option("--listen-on", type=int, hidden=True, help="Descriptor of a socket that listens already.")
def web(kept_by: int | None, listen_on: int | None) -> None:
    """Run the web server."""
    if kept_by:
        die_with_parent(kept_by)
    found = _ready()
    from cms.admission.lines import threads
    from cms.app.commands import webserver

    listening = webserver.listen(found.host, found.port) if listen_on is None else socket.socket(fileno=listen_on)
    webserver.run(found, threads(found.helpers), listening)


@click.command()
@_kept
def scheduler(kept_by: int | None) -> None:
    """Run the delivery engine until told to stop; several may run at once."""
    if kept_by:
        die_with_parent(kept_by, grace_s=FINISH_S)
    from cms.app.scheduler_process import run

    run(_ready())


@click.command("zalo-sim")
@_kept
def zalo_sim(kept_by: int | None) -> None:
    """Run the simulator of Zalo's API at the address in DAKENH_ZALO_API_URL."""
    if kept_by:
        die_with_parent(kept_by)
    from channels.zalo_oa.simulator import serve

    found = settings()
    if not found.zalo_simulated:
        raise BadSetting(
            "DAKENH_ZALO_API_URL: bộ mô phỏng chỉ chạy ở địa chỉ của máy này, ví dụ http://127.0.0.1:8090."
        )
    address = urlsplit(found.zalo_api_url)
    serve(address.hostname or "127.0.0.1", address.port or 80, found.home / "zalo-sim.db")


@click.command()
def serve() -> None:
    """Run web, scheduler and (if set) the Zalo simulator; one that ends is started again."""
    found = _ready()
    from cms.app.commands.webserver import listen

    hands = [Child("web", listen(found.host, found.port)), Child("scheduler")]
    if found.zalo_simulated:
        hands.append(Child("zalo-sim"))
    click.echo(f"Đa Kênh: {found.public_url}")
    Supervisor(hands, Restarts(found.home)).work()


def _ready() -> Settings:
    """The settings, if the database is at the schema that this code knows; raise ``BadSetting`` otherwise."""
    found = settings()
    if problem := schema_problem(found):
        raise BadSetting(problem)
    return found
