"""The ``dakenh`` command. Exit code 0 is good, 1 refused with one clear line, 2 wrong usage."""

import sys
from typing import Any

import click

from cms.commands import access, plans, reading, running, safekeeping, setup
from cms.refusal import Refusal
from cms.settings import BadSetting
from scheduler.database import UnsafeSqlite


class OneLine(click.Group):
    """A group whose refusals are one line on standard error, never a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what the product refuses into exit code 1."""
        try:
            return super().invoke(ctx)
        except (Refusal, BadSetting, UnsafeSqlite) as refusal:
            click.echo(f"dakenh: {refusal}", err=True)
            sys.exit(1)


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
