"""Showing a service's refusal at the form it is about, with everything that was typed still in it."""

from cms.core.refusal import Refusal
from cms.web.base_form import OwnForm
from cms.web.output.language import say

NOT_ABOUT_FORMS = frozenset({403, 404})


def show_at(form: OwnForm, refusal: Refusal) -> int:
    """Put the sentence at its field and return the HTTP status; a refusal that is about no field of it is raised on."""
    if refusal.status in NOT_ABOUT_FORMS and refusal.field not in form:
        raise refusal
    form.errors_from(refusal, say(refusal.words))
    return refusal.status
