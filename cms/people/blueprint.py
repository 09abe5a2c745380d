"""The blueprint that the pages of one's own account and of administration share."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)
