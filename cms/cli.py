"""The ``dakenh`` command. Exit code 0 is good, 1 refused with one clear line, 2 wrong usage."""

import errno
import sys
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from cms.commands import access, plans, reading, running, safekeeping, setup
from cms.refusal import Refusal
from cms.settings import BadSetting
from scheduler.database import UnsafeSqlite


class OneLine(click.Group):
    """A group whose refusals are one line on standard error, never a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what the product refuses, or the machine around it, into exit code 1."""
        try:
            return super().invoke(ctx)
        except (Refusal, BadSetting, UnsafeSqlite) as refusal:
            line = str(refusal)
        except DBAPIError as error:
            line = f"không dùng được cơ sở dữ liệu ({_first_line(error.orig)}); hãy chạy dakenh init, rồi dakenh check."
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            line = f"{error.filename or type(error).__name__}: {error.strerror}"
        click.echo(f"dakenh: {line}", err=True)
        sys.exit(1)


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0]


@click.group(cls=OneLine, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Đa Kênh: viết một lần, phát hành trên nhiều kênh, đếm đúng chỉ tiêu."""


for command in (
    setup.init,
    setup.check,
    setup.demo,
    running.serve,
    running.web,
    running.scheduler,
    running.zalo_sim,
    plans.plan,
    plans.quota,
    reading.read_aloud,
    access.token,
    access.person,
    safekeeping.backup,
    safekeeping.restore,
):
    main.add_command(command)

if __name__ == "__main__":
    main()
