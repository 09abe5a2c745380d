"""The blueprint that the pages of the lexicon share."""

from flask import Blueprint

blueprint = Blueprint("lexicon", __name__)
