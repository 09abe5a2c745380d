"""What tests of the editor's pages share: the form of a good article, and looking at what the database holds."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from cms.core.database import db
from cms.models.stories import Revision, Story, WorkingCopy
from tests.cms.newsroom import Newsroom

JSON = {"Accept": "application/json"}


def article(house: Newsroom, **fields: Any) -> dict[str, Any]:
    """The fields of a complete article of the paper, as a browser sends them."""
    return {
        "unit": house.paper.id,
        "kind": "article",
        "title": "Nộp hồ sơ từ nhà",
        "summary": "Không phải chờ.",
        "body": "Người dân đăng nhập bằng VNeID.",
        "column": "chuyen-doi-so",
        **fields,
    }


def text(answer: TestResponse) -> str:
    """The page as text."""
    return answer.get_data(as_text=True)


def saved(story_id: int) -> Story:
    """The story as it stands in the database now, with its newest revision."""
    db.session.rollback()
    options = [db.joinedload(Story.current)]
    return db.session.get_one(Story, story_id, options=options, populate_existing=True)


def body_of(story_id: int) -> str:
    """The newest revision's body."""
    current = saved(story_id).current
    assert current is not None
    return str(current.content["body"])


def revisions(story_id: int) -> int:
    """How many revisions there are."""
    db.session.rollback()
    counted = select(func.count()).select_from(Revision).where(Revision.story_id == story_id)
    return db.session.scalar(counted) or 0


def stories() -> int:
    """How many stories there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Story)) or 0


def working_copies() -> list[WorkingCopy]:
    """What is kept unsaved."""
    db.session.rollback()
    return list(db.session.scalars(select(WorkingCopy).execution_options(populate_existing=True)))


def post(client: FlaskClient, url: str, data: dict[str, Any], *, script: bool = False) -> TestResponse:
    """Send a form as a browser does, or as the editor's script does."""
    return client.post(url, data=data, headers=JSON if script else {})


def tab_of(page: TestResponse) -> dict[str, str]:
    """The hidden fields by which an editor's page tells which page it is and which copy it shows."""
    return dict(re.findall(r'name="(tab|continues)" value="([^"]*)"', text(page)))


def keep(client: FlaskClient, url: str, data: dict[str, Any]) -> dict[str, Any]:
    """Keep a working copy as the editor's script does, and return the answer."""
    answer = post(client, f"{url}/working-copy", data, script=True)
    assert answer.status_code == 200
    return dict(answer.get_json())
