"""Every table of the product, imported in one place so that migrations and sessions know them all."""

from cms.models import audit, boards, lexicon, people, radio, stories
from cms.models import followers as follower_events
from cms.models import plans as quotas
from scheduler.followers import tables as followers
from scheduler.storage import tables as deliveries
from scheduler.storage.base import Base

ROOMS = (people, audit, stories, quotas, radio, lexicon, boards, deliveries, followers, follower_events)
metadata = Base.metadata
