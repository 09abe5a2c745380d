"""What stops or hurts a piece on the air, said before approval."""

from collections.abc import Iterator

from channels.contract import Finding, Piece, Severity, StoryKind
from channels.document import findings as texts
from channels.radio_script import tables
from channels.radio_script.rendering import CONTENT, is_vietnamese, item, written
from channels.radio_script.script import UNSAID, DoubtNote, Script
from channels.radio_script.settings import Settings
from channels.radio_script.speech.length import BREATH, clock
from channels.words import N_, Words

TOLERANCE = 0.03
"""A programme may miss its slot by 3 %, at most 30 s (Thông tư 09/2020/TT-BTTTT)."""
SHORTEST_S = 30
LONGEST = 40_000
"""Characters of a body: more than half an hour of reading, beyond any bulletin."""
MOST_LONG_SENTENCES = 5


def check(piece: Piece, settings: Settings) -> tuple[Finding, ...]:
    """Return every finding: nothing to read, unclear readings, long sentences, the slot, the language."""
    if not _has_words(piece, settings):
        message = Words(N_("Bài chưa có nội dung để đọc trên loa."))
        return (
            Finding(
                Severity.ERROR,
                "body",
                message,
                Words(N_("Hãy viết nội dung.")),
            ),
        )
    if found := (*texts.bounds(piece), *_bound(piece)):
        return found
    script = written(piece, settings)
    told = (*_language(piece), *_doubts(script), *_long(script), *_slot(piece, script))
    return (*told, *tables.findings(piece), *texts.of(piece, strikes=False))


def _has_words(piece: Piece, settings: Settings) -> bool:
    if piece.kind in (StoryKind.SLOGAN, StoryKind.INFOGRAPHIC):
        return bool(piece.title.strip() or item(piece, settings).texts)
    return any(text.field in CONTENT for text in item(piece, settings).texts)


def _bound(piece: Piece) -> Iterator[Finding]:
    """Yield the bound of what can be read in one item, said before it is read at all."""
    if len(piece.body) > LONGEST:
        values = {"length": f"{len(piece.body):,}".replace(",", "."), "limit": f"{LONGEST:,}".replace(",", ".")}
        message = Words(N_("Nội dung dài %(length)s ký tự, một tin trên loa nhận tối đa %(limit)s."), values)
        yield Finding(Severity.ERROR, "body", message, Words(N_("Viết bản riêng ngắn hơn cho loa.")))


def _language(piece: Piece) -> Iterator[Finding]:
    if not is_vietnamese(piece.language):
        message = Words(
            N_("Bản tiếng %(language)s: số và chữ viết tắt giữ nguyên như bài viết."), {"language": piece.language}
        )
        remedy = Words(N_("Nhờ người thông thạo tiếng đó đọc lại và đo thời lượng thật."))
        yield Finding(Severity.WARNING, "body", message, remedy)


def _doubts(script: Script) -> Iterator[Finding]:
    first: dict[tuple[str, str, str, str], DoubtNote] = {}
    for doubt in script.doubts:
        first.setdefault((doubt.field, doubt.message, str(doubt.message_values), doubt.remedy), doubt)
    for doubt in first.values():
        remedy = Words(doubt.remedy, doubt.remedy_values)
        yield Finding(Severity.WARNING, doubt.field or "settings", Words(doubt.message, doubt.message_values), remedy)


def _long(script: Script) -> Iterator[Finding]:
    for sentence in script.long_sentences[:MOST_LONG_SENTENCES]:
        start = " ".join(sentence.text.split()[:8])
        message = N_("Câu “%(start)s…” dài %(syllables)s tiếng, khó đọc một hơi.")
        words = Words(message, {"start": start, "syllables": sentence.syllables})
        yield Finding(Severity.WARNING, "body", words, _remedy(sentence.split))


def _remedy(split: tuple[str, ...]) -> Words:
    if len(split) < 2:
        return Words(N_("Viết lại thành câu dưới %(limit)s tiếng."), {"limit": BREATH})
    parts = " / ".join(f"“…{' '.join(part.split()[-4:])}”" for part in split[:-1])
    return Words(N_("Có thể ngắt câu sau %(parts)s"), {"parts": parts})


def _slot(piece: Piece, script: Script) -> Iterator[Finding]:
    seconds, slot = script.estimate.seconds, script.slot_s
    if slot and seconds > slot + min(slot * TOLERANCE, 30):
        values = {"length": clock(seconds), "slot": clock(slot), "over": clock(seconds - slot)}
        message = Words(N_("Kịch bản dài khoảng %(length)s, quá khung %(slot)s là %(over)s."), values)
        yield Finding(Severity.WARNING, "body", message, Words(N_("Rút bớt nội dung, hoặc chia thành hai tin.")))
    said = sum(line.seconds for line in script.lines if line.kind not in UNSAID)
    if piece.kind is StoryKind.ARTICLE and said < SHORTEST_S:
        message = Words(N_("Lời đọc chỉ khoảng %(seconds)s giây."), {"seconds": round(said)})
        yield Finding(Severity.WARNING, "body", message, Words(N_("Thêm thông tin, hoặc ghép với tin khác.")))
