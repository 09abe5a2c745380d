"""The blueprint that the pages of channels share."""

from flask import Blueprint

blueprint = Blueprint("channels", __name__)
