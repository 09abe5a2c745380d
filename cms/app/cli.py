"""The ``dakenh`` command. Exit code 0 is good, 1 refused with one clear line, 2 wrong usage."""

import errno
import sys
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "init": "setup.init",
    "check": "setup.check",
    "demo": "setup.demo",
    "serve": "running.serve",
    "web": "running.web",
    "scheduler": "running.scheduler",
    "zalo-sim": "running.zalo_sim",
    "plan": "plans.plan",
    "quota": "plans.quota",
    "read-aloud": "read_aloud.read_aloud",
    "token": "access.token",
    "person": "access.person",
    "backup": "backup.backup",
    "restore": "backup.restore",
}
"""Every command and where it lives in ``cms.app.commands``; one is loaded when it is asked for, because the application
behind most of them takes long to start and reading aloud does not need it."""


class OneLine(click.Group):
    """A group whose refusals are one line on standard error, never a stack trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        module, _, name = COMMANDS.get(cmd_name, "").partition(".")
        command = getattr(import_module(f"cms.app.commands.{module}"), name) if module else None
        return command if isinstance(command, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what the product refuses, or the machine around it, into exit code 1."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as error:  # told apart below, so that what they need is loaded only here
            line = _refusal(error)
            if not line:
                raise
        click.echo(f"dakenh: {line}", err=True)
        sys.exit(1)


def _refusal(error: Exception) -> str:
    """Return what to tell about ``error`` in one line; empty if it is a fault of the product's own."""
    from sqlalchemy.exc import DBAPIError

    from cms.core.refusal import Refusal
    from cms.core.settings import BadSetting
    from scheduler.storage.database import UnsafeSqlite
    from scheduler.storage.error_log import is_locked

    if isinstance(error, Refusal | BadSetting | UnsafeSqlite):
        return str(error)
    if isinstance(error, UnicodeEncodeError):
        return "có ký tự không dùng được trong tham số hoặc tệp; hãy gõ lại bằng chữ thường dùng."
    if is_locked(error):
        return "cơ sở dữ liệu đang bận nên chưa làm được việc này; hãy thử lại sau ít giây."
    if isinstance(error, DBAPIError):
        return f"không dùng được cơ sở dữ liệu ({_first_line(error.orig)}); hãy chạy dakenh init, rồi dakenh check."
    if isinstance(error, OSError) and error.errno != errno.EPIPE:
        return f"{error.filename or type(error).__name__}: {error.strerror}"
    return ""


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0]


@click.group(cls=OneLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dakenh", prog_name="dakenh", message="%(prog)s %(version)s")
def main() -> None:
    """Đa Kênh: viết một lần, phát hành trên nhiều kênh, đếm đúng chỉ tiêu."""


if __name__ == "__main__":
    main()
