"""The page of one delivery."""

from flask import render_template, request, url_for

from channels import registry
from channels.contract import Evidence
from cms.core.database import db
from cms.core.permissions import Action
from cms.deliveries.detail import detail
from cms.deliveries.options import options
from cms.deliveries.pages.badges import ATTEMPTS, OUTCOMES
from cms.deliveries.pages.blueprint import blueprint
from cms.deliveries.pages.formats import evidence_lines
from cms.web.actor import current_actor
from cms.web.context import now, settings
from cms.web.guard import signed_in
from cms.web.output.frozen_preview import frozen_html


@blueprint.get("/deliveries/<int:delivery_id>")
@signed_in
def show(delivery_id: int) -> str:
    """One delivery: attempts, what was frozen, evidence, and what can be decided."""
    return page_of(delivery_id)


def page_of(delivery_id: int, wrong: str = "") -> str:
    """Return the page; ``wrong`` says what is wrong with the new time that was typed, which then stays to be mended."""
    actor = current_actor()
    found = detail(db.session(), actor, delivery_id)
    base_url, text_url = settings().public_url, url_for("radio.download", delivery_id=delivery_id, format="txt")
    read_on_air = found.channel.kind in registry.proven_by(Evidence.BROADCAST)
    return render_template(
        "deliveries/show.html",
        found=found,
        wrong=wrong,
        typed_at=request.form.get("at", "") if wrong else "",
        offered=options(found.delivery, found.reach, now()),
        preview=frozen_html(found.wanted, base_url, text_url),
        carried_preview=frozen_html(found.carried, base_url, text_url) if found.carried else "",
        evidence=evidence_lines(found.delivery.evidence, found.confirmed_by),
        outcomes=OUTCOMES,
        attempt_names=ATTEMPTS,
        kind_label=registry.adapter(found.channel.kind).label if found.channel.kind in registry.KINDS else None,
        reads_script=read_on_air and actor.may(Action.READ_SCRIPTS, found.unit.path),
    )
