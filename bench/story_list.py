"""The story list, filters and search with 100,000 stories and 200 units, whole pages."""

from bench.machine import measure, table
from bench.newsroom import bare, large

PAGES = (
    ("story list", "/"),
    ("waiting for review", "/?stage=submitted"),
    ("live articles", "/?stage=live&kind=article"),
    ("search, rare words", "/?q=bài+số+77777"),
    ("search, every story matches", "/?q=nop+ho+so"),
)


def main() -> None:
    """Print median and 95th percentile of each page."""
    with large() as newsroom:
        figures = [measure(name, lambda address=address: newsroom.page(address)) for name, address in PAGES]  # type: ignore[misc]
    print(table(figures, bare()))


if __name__ == "__main__":
    main()
