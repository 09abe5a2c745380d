"""The blueprint that the pages of followers share."""

from flask import Blueprint

blueprint = Blueprint("followers", __name__)
