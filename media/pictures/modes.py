"""Colour modes: from the many that files come in to the few that can be worked with."""

from PIL import Image


def working(band: Image.Image) -> Image.Image:
    """Return the band in a mode that can be scaled and has a meaning in colour: L, RGB, RGBA or CMYK."""
    if band.mode.startswith("I"):
        band = band.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    clear = "A" in band.getbands() or "transparency" in band.info
    if band.mode in {"L", "RGB", "RGBA", "CMYK"} and not (clear and band.mode != "RGBA"):
        return band
    return band.convert("RGBA" if clear else "RGB")
