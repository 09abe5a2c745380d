"""The store as the settings say: a folder, or a bucket with a folder in front of it."""

from cms.core.settings import Settings
from media.storage.bucket import BucketStore
from media.storage.store import Store


def open_store(settings: Settings) -> Store:
    """Return the store. Nothing is asked of a bucket yet."""
    if place := settings.bucket:
        return BucketStore(place, settings.media, settings.media_cache_mb * 1_000_000)
    return Store(settings.media)
