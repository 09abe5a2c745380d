"""QR codes, dark on light with the quiet zone of four modules that ISO/IEC 18004 asks for."""

from functools import lru_cache

import segno
from PIL import Image

QUIET = 4


@lru_cache(maxsize=256)
def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules of the code for ``text`` (True is dark), quiet zone included; error correction M."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    return tuple(tuple(bool(cell) for cell in row) for row in code.matrix_iter(scale=1, border=QUIET))


def side(text: str) -> int:
    """Return the side of the code in modules, quiet zone included."""
    return len(matrix(text))


def picture(text: str, module: int, *, dark: str = "#000000", light: str = "#ffffff") -> Image.Image:
    """Return the code as an RGB picture with ``module`` pixels a module."""
    cells = matrix(text)
    flat = bytes(0 if cell else 255 for row in cells for cell in row)
    mask = Image.frombytes("L", (len(cells), len(cells)), flat).resize(
        (len(cells) * module,) * 2, Image.Resampling.NEAREST
    )
    code = Image.new("RGB", mask.size, dark)
    code.paste(light, mask=mask)
    return code
