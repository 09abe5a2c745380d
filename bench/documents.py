"""How reading and checking a text grows with its length: n and 2n characters of texts built to be expensive.

Usage: python bench/documents.py [n]. Linear growth doubles the time; a square quadruples it.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace

from channels.contract import StoryKind
from channels.document.output.html import to_html
from channels.document.reading import read
from channels.portal_rss import checks as portal
from channels.radio_script import checks as radio
from channels.radio_script.reading import read_aloud
from channels.radio_script.settings import Settings as RadioSettings
from channels.zalo_oa import checks as zalo
from channels.zalo_oa.settings import Settings as ZaloSettings
from tests.channels.contract.pieces import whole

ZALO = ZaloSettings(api_url="https://openapi.zalo.me", oa_name="OA")
HARD = {
    "<a": "<a ",
    "headings": "# a\n",
    "[": "[",
    "![": "![",
    "> >": "> ",
    "* *": "* ",
    "`": "`",
    "` `` ": "` `` ``` ",
    "|": "|",
    "&": "&",
    "backslashes": "\\",
    "**a": "**a ",
    "*a*": "*a* ",
    "a**b*": "a**b* c_",
    "1. a": "1. a\n",
    "5. a": "5. a\n",
    "- a": "- a\n",
    "<!--": "<!--",
    "<script>": "<script>",
    "[a](b": "[a](b",
    "[a](b)": "[a](b) ",
    "[a][b]": "[a][b] ",
    "[a]:": "[a]: https://a.vn\n",
    "](": "[](",
    "rows": "|a|b|\n",
    "table": "|a|b|\n|-|-|\n",
    "fences": "```x\n",
    "words": "Chuyển đổi số. ",
    "lines": "Một câu thơ\n",
    "https://": "https://",
    "https://)": "https://a)))",
    "<b>": "<b>",
    "~~a": "~~a ",
    "_a": "_a ",
    "spaces": " " * 10 + "a",
    "1": "1",
    "1.": "1.",
    "1/": "1/",
    "1-": "1-",
    "01/": "01/02/2025 ",
    "A": "ABC ",
    "a@": "a@",
    "a.b": "a.",
    "(": "(",
    "%": "1% ",
    "1 000": "1 000 ",
    "h": "7h30-",
    "quotes": "“a” ",
    "1 1": "1 ",
    "12 345": "12 345 ",
    "0272 ": "0272 382 ",
    "1.5 ": "1.5 ",
    "1/2 ": "1/2 ",
    "1-2 ": "1 - 2 ",
    "a@b": "a@b.vn ",
    "http ": "https://a.vn ",
    "UBND ": "UBND-HĐND/QĐ ",
    "số": "số ",
    "ngày ": "ngày 1/ ",
    "tháng": "tháng năm ",
    "(a": "(a ",
    "A.": "A. ",
    "I ": "II ",
    "...": "... ",
    "nbsp": "1\u00a0000 ",
    "=": "a = b ",
    "5m": "5m2 ",
}


def seconds(call: Callable[[str], object], text: str) -> float:
    """Return the seconds of the processor that a call takes."""
    begun = time.process_time()
    call(text)
    return time.process_time() - begun


def main() -> None:
    """Print the time of each text at n and at 2n characters."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    wanted = sys.argv[2:]
    article = whole(StoryKind.ARTICLE)
    work: dict[str, Callable[[str], object]] = {
        "tree": read.__wrapped__,
        "html": to_html,
        "portal": lambda text: portal.check(replace(article, body=text)),
        "zalo": lambda text: zalo.check(replace(article, body=text), ZALO),
        "aloud": read_aloud,
        "radio": lambda text: radio.check(replace(article, body=text), RadioSettings()),
    }
    for name, part in HARD.items():
        if wanted and name not in wanted:
            continue
        small, large = (part * (length // len(part)) for length in (size, 2 * size))
        told = []
        for kind, call in work.items():
            one, two = seconds(call, small), seconds(call, large)
            told.append(f"{kind} {one * 1000:6.0f} {two * 1000:6.0f}{' !' if two > 3.2 * one and two > 0.2 else '  '}")
        excess = read(large).excess
        print(f"{name:12}", " | ".join(told), excess.name if excess else "", flush=True)


if __name__ == "__main__":
    main()
