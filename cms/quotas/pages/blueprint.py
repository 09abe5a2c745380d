"""The blueprint that the pages of quotas and plans share."""

from flask import Blueprint

blueprint = Blueprint("quotas", __name__)
