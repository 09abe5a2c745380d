"""Where the site serves a stored picture: named after its content, so an address never shows anything else."""

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
"""Types that the site serves, and how their addresses end."""


def picture_path(sha256: str, mime: str) -> str:
    """The path on this site; a type that is not served ends in ``.bin``, which finds nothing."""
    return f"/media/{sha256}.{EXTENSIONS.get(mime, 'bin')}"
