"""What every kind makes of the same pieces, as JSON on standard output: run in another process to compare."""

import json
import sys

from channels import registry
from channels.contract import Severity
from tests.channels.contract.feeds import feed, live
from tests.channels.contract.pieces import hostile, whole


def made() -> dict[str, str]:
    """Hashes of renditions and tags of documents, by what they were made from."""
    return {name: sha for kind in registry.KINDS for name, sha in _of(kind).items()}


def _of(kind: str) -> dict[str, str]:
    adapter, settings = registry.adapter(kind), registry.adapter(kind).Settings()
    found = {}
    odd = {name: piece for name, piece in hostile().items() if name.startswith(("emoji", "percent", "webp", "odd"))}
    pieces = odd | {f"whole {story}": whole(story) for story in adapter.story_kinds}
    for name, piece in pieces.items():
        if all(finding.severity is not Severity.ERROR for finding in adapter.check(piece, settings)):
            found[f"{kind} {name}"] = adapter.render(piece, settings).sha256
    if hasattr(adapter, "documents"):
        for document in adapter.documents(feed(kind, live(kind))):
            found[f"{kind} {document.name}"] = document.etag
    return found


if __name__ == "__main__":
    json.dump(made(), sys.stdout)
