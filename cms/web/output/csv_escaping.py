"""Cells of CSV files that a spreadsheet shows and never computes."""

from media.characters import clean

_COMPUTES = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(cell: str) -> str:
    """Return a cell that a spreadsheet shows and never computes (OWASP, "CSV Injection")."""
    cell = clean(cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(_COMPUTES) else cell
