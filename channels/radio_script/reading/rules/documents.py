"""Document numbers: "số 1588/QĐ-TTg ... của Thủ tướng" says the number; the issuer only if nobody else does."""

import re

from channels.radio_script.reading.lexicon import Lexicon
from channels.radio_script.reading.model import Certainty
from channels.radio_script.reading.numerals import cardinal, spelled
from channels.radio_script.reading.page import Page, Worry, marked
from channels.radio_script.reading.syllables import LOWER, UPPER
from channels.words import N_, Words

_WORD = rf"[{UPPER}][{UPPER}{LOWER}&]*\d{{0,2}}"
_SYMBOL = rf"{_WORD}(?:\s?[-/]\s?[{UPPER}](?![{LOWER}]{{2}})[{UPPER}{LOWER}&]*\d{{0,2}})*-?"
_NUMBER = re.compile(
    rf"(?<![\w/.,])(?P<n>\d{{1,6}})(?P<letter>[a-d]?)(?:/(?P<year>(?:19|20)\d\d))?"
    rf"(?:(?:\s?/\s?)(?P<sym>{_SYMBOL})|-(?P<sym2>[{UPPER}][{UPPER}{LOWER}]*/\s?{_SYMBOL}))"
)
_BLANK = re.compile(rf"(?P<lead>[Ss]ố\s*:?)(?P<gap>\s*[.…_]*\s*)/(?P<sym>{_SYMBOL})")
_STANDARD = re.compile(
    rf"(?<![\w/])(?:QCVN|TCVN)(?: [A-Z]+)*\s?\d[\d\-.]*(?P<rest>:(?P<year>(?:19|20)\d\d)/(?P<sym>{_WORD}))(?!\w)"
)
_TYPES = (
    "nghị quyết|quyết định|chỉ thị|quy chế|quy định|thông báo|hướng dẫn|chương trình|kế hoạch|phương án|đề án|dự án|"
    "báo cáo|biên bản|tờ trình|hợp đồng|công điện|nghị định|thông tư|thông tư liên tịch|kết luận|công văn|giấy mời|"
    "luật|bộ luật|pháp lệnh|hiến pháp|quy trình|văn bản|công bố|thông tri|điều lệ|sắc lệnh"
)
_SHORT_TYPES = "qđ|nq|nđ|tt|ct|kh|cv|tb|kl|hd|bc|ttr|ctr|cđ"
_TYPE_BEFORE = re.compile(
    rf"(?:^|[^\w])(?P<type>{_TYPES}|{_SHORT_TYPES})(?:\s+\w+){{0,2}}?\s*(?:số)?\s*:?\s*(?:\d+(?:,| và)\s)*[“\"*]*$"
)
_NUMBER_BEFORE = re.compile(r"(?:^|\W)số\s*:?\s*[“\"*]*$")
_ISSUER_AFTER = re.compile(
    r"\s*[,;]?\s*\(?\s*(?:,?\s*ngày\s*[\d\s/.\-]*(?:tháng\s*\d+\s*)?(?:năm\s*\d+)?\s*\)?\s*,?\s*)?(?:của|do)\s"
)
_ISSUES = "đã ban hành|vừa ban hành|ban hành|có|ký|phê duyệt|ra|triển khai"
_DECREE = re.compile(r"(?P<n>\d{1,4})/(?P<year>(?:19|20)\d\d)(?![\d/\-]|-[A-ZĐ])")
_TYPE_SAID = re.compile(rf"(?:^|\W)(?:{_TYPES}|nđ|qđ|nq|tt|luật)\s+(?:số\s*:?\s*)?$")
_JOINT_TYPES = frozenset({"TTLT", "NQLT", "HDLN", "KHLN", "KHLT"})
_CONGRESS = re.compile(r"(QH|HĐND|TVQH|UBTVQH)(\d{1,2})\Z")


def documents(page: Page) -> None:
    """Claim document numbers with their symbols, with a year only, and with the number left blank."""
    for match in _STANDARD.finditer(page.text):
        _claim_standard(page, match)
    for match in page.at_numbers(_NUMBER):
        _claim_number(page, match)
    for match in _BLANK.finditer(page.text):
        _claim_blank(page, match)
    for match in page.at_numbers(_DECREE):
        if not _TYPE_SAID.search(page.before(match.start())):
            continue
        said = f"{_number(page, match['n'])} năm {page.number(int(match['year']))}"
        page.claim(match.start("n"), match.end("year"), said, "document")


def _claim_standard(page: Page, match: re.Match[str]) -> None:
    """Read what stands behind a standard's number: its year and who issued it; and the dash inside the number."""
    dash = page.text.find("-", match.start(), match.start("rest"))
    if dash > 0:
        page.claim(dash, dash + 1, " gạch ngang ", "document")
    if issuer := issuer_name(match["sym"], page.lexicon):
        said = f" năm {page.number(int(match['year']))} của {issuer}"
        page.claim(match.start("rest"), match.end(), said, "document")


def _claim_number(page: Page, match: re.Match[str]) -> None:
    symbol = match["sym"] or match["sym2"]
    kind, issuer, unknown = _parse(symbol, page.lexicon)
    if not match["year"] and kind is None and (issuer is None or unknown):
        return
    said = _number(page, match["n"]) + (f" {match['letter']}" if match["letter"] else "")
    if match["year"]:
        said += f" năm {page.number(int(match['year']))}"
    before, after = page.before(match.start()), page.after(match.end(), 96)
    if not _TYPE_BEFORE.search(before) and not _NUMBER_BEFORE.search(before):
        said = f"{kind or 'công văn'} số {said}"
    _claim_short_type(page, match.start(), before)
    worry = None
    if issuer and not _issuer_said(issuer, symbol, before, after):
        said += f" của {issuer}"
        worry = _issuer_worry(unknown) if unknown else None
    page.claim(*match.span(), said, "document", worry)


def _claim_short_type(page: Page, end: int, before: str) -> None:
    """Before a number "NĐ" and "TT" can only be the kind of document."""
    short = re.search(r"(?<!\w)(\w+)\s+(?:số\s*)?$", before)
    start = end - len(before) + short.start(1) if short else 0
    kind = page.lexicon.document_types.get(page.text[start : start + len(short[1])]) if short else None
    if short and kind:
        page.claim(start, start + len(short[1]), kind, "document")


def _number(page: Page, digits: str) -> str:
    if digits.startswith("0") and len(digits) > 1:
        return spelled(digits)
    return page.number(int(digits))


def _parse(symbol: str, lexicon: Lexicon) -> tuple[str | None, str | None, str]:
    """Split a symbol into what kind of document it is, who issued it, and the code of an issuer not known."""
    parts = [part for part in re.split(r"\s?[-/]\s?", symbol) if part]
    kind = lexicon.document_types.get(parts[0])
    rest = parts[1:] if kind else parts
    if not rest:
        return kind, None, ""
    joint = rest if parts[0] in _JOINT_TYPES else rest[:1]
    names = [(issuer_name(code, lexicon), code) for code in joint]
    unknown = next((code for name, code in names if name is None), "")
    return kind, " và ".join(name or marked(code) for name, code in names), unknown


def issuer_name(code: str, lexicon: Lexicon) -> str | None:
    """Return who stands behind an issuer's code: "TTg", "SGDĐT", "BTTTT", "QH15"."""
    code = code.replace("&", "")
    congress = _CONGRESS.match(code)
    if congress:
        name = issuer_name(congress[1], lexicon) or "Ủy ban Thường vụ Quốc hội"
        return f"{name} khóa {cardinal(int(congress[2]))}"
    known = lexicon.issuers.get(code)
    if known:
        return known
    heads = {"S": "Sở", "B": "Bộ", "P": "Phòng"}
    sector = lexicon.sectors.get(code[1:])
    return f"{heads[code[0]]} {sector}" if sector and code[0] in heads else None


def _issuer_said(issuer: str, symbol: str, before: str, after: str) -> bool:
    """Tell whether the issuer follows ("của UBND tỉnh"), or is the subject: "UBND tỉnh ban hành Kế hoạch số …"."""
    if _ISSUER_AFTER.match(after):
        return True
    codes = {code.lower() for code in re.split(r"\s?[-/]\s?", symbol) if len(code) > 2}
    subject = "|".join(re.escape(name) for name in {issuer.lower(), *codes})
    return re.search(rf"(?:{subject})(?:\s\w+){{0,5}}\s(?:{_ISSUES})(?:\s\w+)?\s", before) is not None


def _issuer_worry(code: str) -> Worry:
    message = Words(N_("Chưa rõ %(code)s là cơ quan nào."), {"code": code})
    return Worry(Certainty.UNKNOWN, message, Words(N_("Viết rõ tên cơ quan ngay sau số văn bản.")))


def _claim_blank(page: Page, match: re.Match[str]) -> None:
    _, issuer, _ = _parse(match["sym"], page.lexicon)
    said = marked("")
    if issuer and not _ISSUER_AFTER.match(page.after(match.end(), 96)):
        said += f" của {issuer}"
    blank = Worry(Certainty.UNKNOWN, Words(N_("Số văn bản còn để trống.")), Words(N_("Điền số văn bản.")))
    page.claim(match.end("lead"), match.end(), f" {said}", "document", blank)
