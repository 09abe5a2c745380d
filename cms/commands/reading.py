"""``dakenh read-aloud``: how text sounds on air."""

import sys

import click


@click.command("read-aloud")
def read_aloud() -> None:
    """Read lines from standard input and write each as a presenter would say it."""
    from channels.radio_script.reading import read_aloud_line

    sys.stdin.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for line in sys.stdin:
        click.echo(read_aloud_line(line.rstrip("\r\n")))
