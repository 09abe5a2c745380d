"""The blueprint that all pages of radio share."""

from flask import Blueprint

blueprint = Blueprint("radio", __name__)
