"""``make bench``: every benchmark in turn, or those named on the command line (``python -m bench editor reading``)."""

import sys
from importlib import import_module

from bench.machine import describe

BENCHES = ("editor", "story_list", "quota_board", "delivery", "reading", "polls")


def main(wanted: list[str]) -> None:
    """Print the machine, then each benchmark's table."""
    print(describe(), flush=True)
    for name in wanted or BENCHES:
        print(f"\n== {name}", flush=True)
        import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
