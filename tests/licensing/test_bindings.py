"""What a license is tied to: a kind of tie is one class and one entry, and everything about a license follows it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from storefront.core import clock, states
from storefront.licensing.bindings import BINDINGS, Binding, LinkState
from storefront.licensing.bitrix24.addresses import AddressNotChanged, change_address
from storefront.licensing.effects import OrderedLine, effects_of
from storefront.licensing.models import License
from storefront.licensing.queries import link_state
from storefront.licensing.services import periods
from storefront.licensing.states import LICENSE_TRANSITIONS, EffectiveStatus
from storefront.notifications.models import OutboxMessage
from tests.licensing.conftest import make_invoice, make_product, paid, refunded

pytestmark = pytest.mark.django_db
Buy = Callable[..., License]


class ServerBinding(Binding):
    """A tie to a server that is always there."""

    kind: ClassVar[str] = "ip"

    def __init__(self) -> None:
        self.published: list[str] = []
        self.released: list[str] = []

    def beginning_text(self, *, at_payment: bool) -> str:
        return "Its time begins with your server."

    def activate(self, license: License, *, is_quiet: bool = False) -> bool:
        if not states.apply(license, "active", table=LICENSE_TRANSITIONS):
            return False
        periods.begin(license, clock.now(), clock.now())
        return True

    def release(self, license: License, *, reason: str) -> None:
        self.released.append(reason)

    def publish_status(self, license: License, *, cause: str) -> None:
        self.published.append(cause.partition(":")[0])

    def mail_text(self, license: License) -> str:
        return "It works on your server."

    def link_state(self, license: License, status: EffectiveStatus) -> LinkState:
        return LinkState("linked", "192.0.2.1", "Tied to 192.0.2.1")


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> ServerBinding:
    binding = ServerBinding()
    monkeypatch.setitem(BINDINGS, binding.kind, binding)
    return binding


def test_new_kind_of_tie_needs_nothing_but_its_class(servers: ServerBinding, buy: Buy, customer: Any) -> None:
    software = make_product("gateway", app_code="", binding_kind="ip")
    invoice = make_invoice(customer, software)
    line = invoice.lines.get()
    ordered = OrderedLine(line.license_terms, line.quantity, Decimal(120))
    [effect] = effects_of([ordered], customer=customer, currency="EUR")
    assert effect.text == "New license. Its time begins with your server."
    [license] = paid(invoice)
    assert (license.status, license.begins_by, link_state(license).title) == ("active", None, "Tied to 192.0.2.1")
    [mail] = OutboxMessage.objects.filter(key=f"payment_received:{invoice.number}")
    assert "It works on your server." in str(mail.payload)
    paid(make_invoice(customer, software, extends=license))
    refunded(invoice)
    assert (servers.published, servers.released) == (["term", "refund"], [])
    refunded(license.periods.last().invoice_line.invoice)
    assert servers.released == ["revoked"]


def test_license_of_a_kind_that_is_not_sold_waits_for_staff(buy: Buy, customer: Any) -> None:
    license = buy(software=make_product("gateway", binding_kind="instance"))
    assert (license.status, link_state(license).steps) == ("pending", ("Please write to us: we look into it.",))
    with pytest.raises(AddressNotChanged) as refusal:
        change_address(license=license, raw="acme.bitrix24.com", actor=customer)
    assert refusal.value.code == "closed"
