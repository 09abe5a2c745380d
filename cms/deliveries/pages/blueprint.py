"""The blueprint that the pages of deliveries and of the calendar share."""

from flask import Blueprint

blueprint = Blueprint("deliveries", __name__)
