"""Every table of the product, imported in one place so that migrations and sessions know them all."""

from cms.audit import tables as audit
from cms.boards import tables as boards
from cms.followers import tables as follower_events
from cms.lexicon import tables as lexicon
from cms.people import tables as people
from cms.quotas import tables as quotas
from cms.radio import tables as radio
from cms.stories import tables as stories
from scheduler import tables as deliveries
from scheduler.base import Base
from scheduler.followers import tables as followers

ROOMS = (people, audit, stories, quotas, radio, lexicon, boards, deliveries, followers, follower_events)
metadata = Base.metadata
