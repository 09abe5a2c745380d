"""Which channel stands for its kind in a preview: the one whose station would most likely carry the story."""

from flask import Flask

from cms.core.database import db
from cms.models.people import Unit
from cms.stories.renditions import outputs
from tests.cms.newsroom import Newsroom, channel, newsroom, unit


def shown(home: Unit) -> str:
    [found] = outputs.sample_channels(db.session(), home)
    return found.name


def test_a_districts_story_is_shown_as_its_own_culture_centre_reads_it(app: Flask) -> None:
    news: Newsroom = newsroom()
    other = unit("Huyện khác", news.province)
    channel("radio_script", unit("Trung tâm huyện khác", other), "loa-khac", name="Loa huyện khác")
    assert shown(news.district) == "Loa huyện khác"
    channel("radio_script", news.paper, "loa-bao", name="Phát thanh của báo")
    assert shown(news.district) == "Phát thanh của báo"
    channel("radio_script", unit("Trung tâm văn hóa", news.district), "loa-huyen", name="Loa huyện")
    assert shown(news.district) == "Loa huyện"
    channel("radio_script", news.province, "loa-tinh", name="Đài tỉnh")
    assert shown(news.district) == "Đài tỉnh"
    channel("radio_script", news.district, "loa-rieng", name="Loa của chính huyện")
    assert shown(news.district) == "Loa của chính huyện"
