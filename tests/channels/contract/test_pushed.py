"""What every pushed kind promises, shown over real HTTP against a provider on loopback."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from channels import registry
from channels.contract import (
    Account,
    ChannelError,
    Continue,
    ErrorKind,
    Order,
    Piece,
    PushAdapter,
    Receipt,
    Rendition,
    Transport,
)
from tests.channels.contract.feeds import stored
from tests.channels.contract.pieces import whole
from tests.channels.contract.providers import PROVIDERS, Provider
from tests.channels.contract.speech import assert_error

PUSHED = sorted(kind for kind in registry.KINDS if registry.adapter(kind).transport is Transport.PUSH)
EVERY = pytest.mark.parametrize("kind", PUSHED)
EVERY_FAULT = pytest.mark.parametrize(("kind", "fault"), [(k, fault) for k in PUSHED for fault in PROVIDERS[k].faults])
STEPS = 60
FIRST, SECOND = "Nộp hồ sơ tại nhà chỉ trong bốn bước", "Nộp hồ sơ tại nhà chỉ trong ba bước"


def test_every_pushed_kind_has_a_provider_to_be_tested_against() -> None:
    assert set(PROVIDERS) == set(PUSHED)


@dataclass
class Desk:
    """One delivery, driven as the engine does: what it remembers between steps has been in the database."""

    adapter: PushAdapter
    provider: Provider
    account: Account
    progress: Mapping[str, Any] = field(default_factory=dict)
    called_at: datetime | None = None

    def rendition(self, piece: Piece) -> Rendition:
        return stored(self.adapter.render(piece, self.account.settings))

    def order(self, title: str, live: Receipt | None = None) -> Order:
        rendition = self.rendition(whole(title=title, revision=2 if live else 1))
        return Order("delivery-31", rendition, live, self.progress, self.called_at)

    def publish(self, title: str, live: Receipt | None = None) -> Receipt:
        """Make steps until the provider has confirmed."""
        self.progress, self.called_at = {}, self.account.now()
        order = self.order(title, live)
        for _ in range(STEPS):
            outcome = self.adapter.publish(order, self.account)
            if isinstance(outcome, Receipt):
                return outcome
            assert isinstance(outcome, Continue)
            assert outcome.after >= 0
            assert outcome.progress, "a step without progress would be taken for the first"
            order = replace(order, progress=json.loads(json.dumps(dict(outcome.progress))))
            self.provider.wait(outcome.after)
        raise AssertionError(f"no receipt after {STEPS} steps")

    def settle(self) -> None:
        """Let the provider finish what it has begun."""
        self.provider.wait(120)


@pytest.fixture
def desk(kind: str, tmp_path: Path) -> Iterator[Desk]:
    with PROVIDERS[kind].start(tmp_path) as provider:
        yield Desk(registry.push(kind), provider, provider.account())


@EVERY
def test_a_publication_ends_with_a_receipt_for_the_one_item_there(kind: str, desk: Desk) -> None:
    receipt = desk.publish(FIRST)
    assert desk.provider.titles() == {receipt.provider_id: FIRST}
    assert json.loads(json.dumps(dict(receipt.evidence))) == receipt.evidence
    assert receipt.link == "" or receipt.link.startswith(("http://", "https://"))


@EVERY
def test_a_receipt_and_progress_hold_no_secret(kind: str, desk: Desk) -> None:
    receipt = desk.publish(FIRST)
    kept = json.dumps([receipt.provider_id, receipt.link, dict(receipt.evidence)])
    for secret in desk.account.vault.read().values():
        assert secret not in kept


@EVERY
def test_a_correction_changes_the_item_and_keeps_its_id(kind: str, desk: Desk) -> None:
    before = desk.publish(FIRST)
    after = desk.publish(SECOND, live=before)
    assert after.provider_id == before.provider_id
    assert desk.provider.titles() == {before.provider_id: SECOND}


@EVERY
def test_a_correction_may_be_made_again(kind: str, desk: Desk) -> None:
    before = desk.publish(FIRST)
    for _ in range(2):
        assert desk.publish(SECOND, live=before).provider_id == before.provider_id
    assert desk.provider.titles() == {before.provider_id: SECOND}


@EVERY
def test_a_retraction_takes_the_item_down_and_may_be_repeated(kind: str, desk: Desk) -> None:
    receipt = desk.publish(FIRST)
    for _ in range(2):
        desk.adapter.retract(desk.order(FIRST, live=receipt), desk.account)
        assert desk.provider.titles() == {}


@EVERY
def test_a_retraction_leaves_other_items_alone(kind: str, desk: Desk) -> None:
    goes, stays = desk.publish(FIRST), desk.publish(SECOND)
    desk.adapter.retract(desk.order(FIRST, live=goes), desk.account)
    assert desk.provider.titles() == {stays.provider_id: SECOND}


@EVERY
def test_looking_up_finds_the_item_and_only_if_it_is_there(kind: str, desk: Desk) -> None:
    desk.called_at = desk.account.now()
    assert desk.adapter.find(desk.order(FIRST), desk.account) is None
    receipt = desk.publish(FIRST)
    desk.settle()
    desk.progress = {}
    found = desk.adapter.find(desk.order(FIRST), desk.account)
    assert found is not None
    assert found.provider_id == receipt.provider_id


@EVERY
def test_an_item_whose_first_step_was_lost_is_found_afterwards(kind: str, desk: Desk) -> None:
    desk.called_at = desk.account.now()
    desk.adapter.publish(desk.order(FIRST), desk.account)
    desk.settle()
    found = desk.adapter.find(desk.order(FIRST), desk.account)
    assert found is not None
    assert desk.provider.titles() == {found.provider_id: FIRST}


def made(desk: Desk, live: Receipt) -> list[Callable[[], object]]:
    """The calls that the engine makes: first step, correction, look-up, retraction."""
    return [
        lambda: desk.adapter.publish(desk.order(SECOND), desk.account),
        lambda: desk.adapter.publish(desk.order(SECOND, live), desk.account),
        lambda: desk.adapter.find(desk.order(SECOND), desk.account),
        lambda: desk.adapter.retract(desk.order(FIRST, live), desk.account),
    ]


@EVERY_FAULT
def test_trouble_becomes_a_channel_error_with_words_and_passes(kind: str, fault: str, desk: Desk) -> None:
    live = desk.publish(FIRST)
    desk.called_at = desk.account.now()
    for call in made(desk, live):
        desk.provider.fail(fault)
        with pytest.raises(ChannelError) as caught:
            call()
        assert_error(caught.value)
        assert caught.value.kind is not ErrorKind.REJECTED, "trouble says nothing about the content"
        desk.provider.heal()
    assert desk.provider.titles() == {live.provider_id: FIRST}
    desk.settle()
    assert desk.publish(SECOND).provider_id != live.provider_id


@pytest.mark.parametrize(("kind", "fault"), [(k, fault) for k in PUSHED for fault in PROVIDERS[k].losses])
def test_a_first_call_whose_answer_is_lost_is_uncertain(kind: str, fault: str, desk: Desk) -> None:
    desk.provider.fail(fault)
    with pytest.raises(ChannelError) as caught:
        desk.adapter.publish(desk.order(FIRST), desk.account)
    assert caught.value.kind is ErrorKind.UNCERTAIN


@EVERY
def test_a_provider_that_cannot_be_reached_has_surely_got_nothing(kind: str, tmp_path: Path) -> None:
    with PROVIDERS[kind].start(tmp_path) as provider:
        desk = Desk(registry.push(kind), provider, provider.account())
        order = desk.order(FIRST)
    with pytest.raises(ChannelError) as caught:
        desk.adapter.publish(order, desk.account)
    assert caught.value.kind is ErrorKind.TRANSIENT
    assert_error(caught.value)


@EVERY_FAULT
def test_words_for_people_hold_no_secret(kind: str, fault: str, desk: Desk) -> None:
    desk.provider.fail(fault)
    with pytest.raises(ChannelError) as caught:
        desk.adapter.publish(desk.order(FIRST), desk.account)
    told = f"{caught.value.words} {caught.value.detail} {caught.value}"
    for secret in desk.account.vault.read().values():
        assert secret not in told
