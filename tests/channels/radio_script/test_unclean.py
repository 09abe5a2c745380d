"""A script that was stored before anything was cleaned can still be printed, whole."""

import io
import json
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader

from channels.radio_script import adapter
from media.characters import clean_values
from tests.channels.contract.feeds import rendered
from tests.channels.contract.pieces import whole

SIGNS = [chr(n) for n in (0, 1, 0x0B, 0x0C, 0x1F, 0x7F, 0x81, 0x9F, 0xAD, 0x200B, 0x202E, 0x2028, 0xFEFF, 0xFDD0)]
SIGNS += [chr(n) for n in (0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF, 0xD800, 0xDFFF)]


def soiled(value: Any, sign: str) -> Any:
    """A document with ``sign`` inside every text that people wrote or read."""
    if isinstance(value, dict):
        fixed = {"kind", "voice", "priority", "language", "certainty"}
        return {name: one if name in fixed else soiled(one, sign) for name, one in value.items()}
    if isinstance(value, list):
        return [soiled(one, sign) for one in value]
    return f"{value[:1]}{sign}{value[1:]}" if isinstance(value, str) and value else value


@pytest.mark.parametrize("sign", SIGNS, ids=[f"U+{ord(sign):04X}" for sign in SIGNS])
def test_no_sign_keeps_a_script_from_the_presenter(sign: str) -> None:
    document = dict(rendered("radio_script", whole()).document)
    bad = soiled(json.loads(json.dumps(document)), sign)
    facts = [("Duyệt", f"Lê{sign} Diệp")]
    assert Document(io.BytesIO(adapter.to_docx(bad, withdrawn=False, banner=f"BẢN{sign} SỬA", facts=facts))).paragraphs
    assert PdfReader(io.BytesIO(adapter.to_pdf(bad, withdrawn=False, facts=facts))).pages
    assert adapter.to_txt(bad, withdrawn=False).decode()
    assert sign not in json.dumps(clean_values(bad), ensure_ascii=False)
