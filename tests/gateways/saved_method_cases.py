"""One set of cases for every gateway that saves methods (``Feature.SAVED_METHOD``), beside ``PaymentGatewayCases``.

A provider's test module subclasses ``SavedMethodCases`` and gives it a rig that is also a ``SavingRig``.
"""

from __future__ import annotations

from abc import abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any, ClassVar

import pytest

from storefront.gateways.errors import Declined, GatewayError, KeySpent, NotFound, Unavailable, UnsupportedOperation
from storefront.gateways.payments.base import EventKind, Feature, PaymentGateway, RemoteState, StartedPayment
from storefront.gateways.payments.refunds import RefundRequest
from storefront.gateways.payments.saved_methods import (
    ChargeRequest,
    MethodState,
    SavedMethodSnapshot,
    SaveRequest,
    SetupRequest,
)
from storefront.gateways.payments.words import RefusalClass
from tests.gateways.payment_gateway_cases import NOW, Rig


class SavingRig(Rig):
    """What the cases need to know beyond ``Rig``. References of methods are the provider's (``method_reference``)."""

    #: classes of refusals that the provider tells apart
    refuses: ClassVar[tuple[RefusalClass, ...]] = (RefusalClass.LATER, RefusalClass.METHOD_DEAD)
    #: whether the provider can send an attending buyer to their bank (``want_confirmation``, ``confirm``)
    confirms: ClassVar[bool] = True
    #: whether it can be asked about a method (``fetch_method``)
    tells_methods: ClassVar[bool] = True

    def save(self, reference: str) -> None:
        """The buyer saves a method on the page of ``start_setup``; only with ``Feature.METHOD_SETUP``."""
        raise NotImplementedError

    @abstractmethod
    def refuse(self, method_reference: str, why: RefusalClass) -> None:
        """From now on charges of this method are refused with what the gateway counts as ``why``."""

    def want_confirmation(self, method_reference: str) -> None:
        """From now on the buyer's bank wants them to confirm each charge of this method."""
        raise NotImplementedError

    def confirm(self, reference: str, *, approve: bool) -> None:
        """The buyer's answer to their bank about an open charge."""
        raise NotImplementedError

    @abstractmethod
    def forget_elsewhere(self, method_reference: str) -> None:
        """The method is removed at the provider, by the buyer or in its dashboard."""

    @abstractmethod
    def another_shop(self) -> PaymentGateway:
        """A gateway that is set up right, of another account at the provider."""

    def method_events(self, method_reference: str) -> list[bytes]:
        """The bodies of all messages about this method; only with ``Feature.UPDATES_METHODS``."""
        raise NotImplementedError

    def charge_request(self, method: SavedMethodSnapshot, **changes: Any) -> ChargeRequest:
        """An unattended charge in a currency that this provider takes."""
        defaults: dict[str, Any] = {
            "idempotency_key": "renewal-1",
            "our_reference": "2001",
            "amount": Decimal("48.00"),
            "currency": self.currency,
            "description": "Renewal 2001",
            "provider_customer": method.provider_customer,
            "method_reference": method.method_reference,
            "is_unattended": True,
            "customer_email": "buyer@example.com",
            "return_url": "https://shop.example/return/",
        }
        return ChargeRequest(**(defaults | changes))


SAVE = SaveRequest(customer_reference="customer-7f3a", description="Renews every year")


def saved(rig: SavingRig, **changes: Any) -> tuple[PaymentGateway, SavedMethodSnapshot]:
    """A method that was saved while paying. What the payment cost is counted by ``rig.charged``: once."""
    gateway = rig.gateway()
    reference = gateway.start(rig.request(save=replace(SAVE, **changes))).provider_reference
    rig.pay(reference)
    method = gateway.fetch(reference).saved_method
    assert method is not None and method.state is MethodState.ACTIVE and method.method_reference
    return gateway, method


def refused(gateway: PaymentGateway, asked: ChargeRequest) -> str:
    """The code of a refusal, in whichever of the two ways the gateway tells it."""
    try:
        started = gateway.charge(asked)
    except Declined as refusal:
        return refusal.code
    found = gateway.fetch(started.provider_reference)
    assert found.state is RemoteState.FAILED
    return found.failure_code


class SavingCases:
    """Saving, while paying and without a payment."""

    def test_what_is_paid_with_is_saved_if_asked(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        assert Feature.SAVED_METHOD in gateway.supports
        assert method.kind and (method.last4 or method.email)
        assert "@" not in method.email or "•" in method.email
        if method.expiry:
            assert method.expiry[0] > 2000 and 1 <= method.expiry[1] <= 12
        if rig.tells_methods:
            found = gateway.fetch_method(method.method_reference)
            assert (found.method_reference, found.state) == (method.method_reference, MethodState.ACTIVE)
            assert (found.last4, found.email, found.expiry) == (method.last4, method.email, method.expiry)

    def test_nothing_is_saved_unasked(self, rig: SavingRig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request()).provider_reference
        rig.pay(reference)
        assert gateway.fetch(reference).saved_method is None

    def test_nothing_is_saved_before_it_is_paid(self, rig: SavingRig) -> None:
        gateway = rig.gateway()
        reference = gateway.start(rig.request(save=SAVE)).provider_reference
        assert gateway.fetch(reference).saved_method is None
        rig.decline(reference)
        assert gateway.fetch(reference).saved_method is None

    def test_saving_again_is_of_the_same_customer(self, rig: SavingRig) -> None:
        gateway, first = saved(rig)
        save = replace(SAVE, provider_customer=first.provider_customer)
        reference = gateway.start(rig.request(idempotency_key="payment-2", save=save)).provider_reference
        rig.pay(reference)
        second = gateway.fetch(reference).saved_method
        assert second is not None and second.provider_customer == first.provider_customer

    def test_a_page_without_a_payment(self, rig: SavingRig) -> None:
        gateway = rig.gateway()
        asked = SetupRequest(
            idempotency_key="setup-1",
            our_reference="3001",
            save=SAVE,
            currency=rig.currency,
            customer_email="buyer@example.com",
            return_url="https://shop.example/methods/",
            cancel_url="https://shop.example/methods/",
        )
        if Feature.METHOD_SETUP not in gateway.supports:
            with pytest.raises(UnsupportedOperation):
                gateway.start_setup(asked)
            return
        started = gateway.start_setup(asked)
        assert gateway.start_setup(asked) == started
        reference = started.provider_reference
        found = gateway.finish_setup(reference, idempotency_key="setup-1-finish")
        assert (found.state, found.method) == (RemoteState.OPEN, None) and found.our_reference in ("", "3001")
        assert found.redirect_url == started.redirect_url != ""
        rig.save(reference)
        found = gateway.finish_setup(reference, idempotency_key="setup-1-finish")
        assert found == gateway.finish_setup(reference, idempotency_key="setup-1-finish")
        assert found.state is RemoteState.SUCCEEDED and found.is_live is False
        assert found.method is not None and found.method.state is MethodState.ACTIVE
        charged = rig.charged()
        started = gateway.charge(rig.charge_request(found.method))
        assert gateway.fetch(started.provider_reference).state is RemoteState.SUCCEEDED
        assert rig.charged() == charged + 1


class ChargingCases:
    """Charging a saved method: once, or not at all."""

    def test_a_saved_method_is_charged_without_its_owner(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        started = gateway.charge(rig.charge_request(method))
        found = gateway.fetch(started.provider_reference)
        assert (found.state, found.amount, found.currency) == (RemoteState.SUCCEEDED, Decimal("48.00"), rig.currency)
        assert (found.our_reference, found.is_live, started.redirect_url) == ("2001", False, "")
        assert found.charge_reference and rig.charged() == 2

    def test_one_key_charges_once(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        asked = rig.charge_request(method)
        assert gateway.charge(asked) == gateway.charge(asked)
        assert rig.charged() == 2
        with pytest.raises(Declined):
            gateway.charge(replace(asked, amount=Decimal("49.00")))
        assert rig.charged() == 2
        gateway.charge(replace(asked, idempotency_key="renewal-2", our_reference="2002"))
        assert rig.charged() == 3

    def test_chargers_at_once_with_one_key_charge_once(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        asked, barrier = rig.charge_request(method), Barrier(8)

        def charge(_: int) -> StartedPayment | None:
            barrier.wait()
            try:
                return gateway.charge(asked)
            except Unavailable:
                return None  # told to come back

        with ThreadPoolExecutor(8) as pool:
            references = {started.provider_reference for started in pool.map(charge, range(8)) if started}
        assert references <= {gateway.charge(asked).provider_reference}
        assert rig.charged() == 2

    def test_trouble_on_the_line_leaves_it_unknown_and_repeating_charges_once(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        for number, fault in enumerate(rig.faults):
            asked = rig.charge_request(method, idempotency_key=f"renewal-{number}", our_reference=f"20{number:02}")
            rig.fail(fault, writes_only=True)
            try:
                gateway.charge(asked)
            except Unavailable:
                pass  # unknown: asked again under the same key
            else:
                assert rig.charged() == number + 2, fault
            try:
                gateway.charge(asked)
            except KeySpent:  # for good, and only where it has charged nothing
                assert rig.charged() == number + 1, fault
                gateway.charge(replace(asked, idempotency_key=f"renewal-{number}-anew"))
            assert rig.charged() == number + 2, fault

    def test_it_is_refunded_as_any_charge(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        reference = gateway.charge(rig.charge_request(method)).provider_reference
        given = gateway.refund(RefundRequest("refund-1", reference, Decimal("8.00"), rig.currency))
        assert given.amount == gateway.fetch(reference).amount_refunded == Decimal("8.00")
        assert gateway.cancel(reference).state is RemoteState.SUCCEEDED

    def test_it_is_found_by_whoever_reconciles(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        if not rig.lists:
            return
        reference = gateway.charge(rig.charge_request(method)).provider_reference
        found = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
        (ours,) = (each for each in found if each.provider_reference == reference)
        assert ours == gateway.fetch(reference)
        assert len(found) == 2

    def test_messages_about_it_name_it(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        reference = gateway.charge(rig.charge_request(method)).provider_reference
        known = gateway.fetch(reference)
        told = []
        for body in rig.events(reference):
            event = gateway.parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW)
            if event.kind is EventKind.PAYMENT_CHANGED:
                told.append(event)
        assert told
        for event in told:
            assert event.provider_reference == reference or event.charge_reference == known.charge_reference
            assert event.our_reference in ("", "2001")

    @pytest.mark.parametrize(
        ("amount", "currency"), [("0", ""), ("-1", ""), ("0.001", ""), ("NaN", ""), ("48.00", "XXX")]
    )
    def test_what_cannot_be_charged_is_refused_before_any_call(
        self, rig: SavingRig, amount: str, currency: str
    ) -> None:
        gateway, method = saved(rig)
        asked = rig.charge_request(method, amount=Decimal(amount), currency=currency or rig.currency)
        with pytest.raises(Declined):
            gateway.charge(asked)
        assert rig.charged() == 1


class RefusedCases:
    """What a refusal says, and that nothing is left that could be paid later."""

    def test_refusals_say_what_is_to_be_done(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        for number, why in enumerate(rig.refuses):
            rig.refuse(method.method_reference, why)
            asked = rig.charge_request(method, idempotency_key=f"renewal-{number}", our_reference=f"20{number:02}")
            code = refused(gateway, asked)
            assert code and gateway.refusal_classes.get(code, RefusalClass.LATER) is why
            assert refused(gateway, asked) == code  # the same key, the same answer
        assert rig.charged() == 1

    def test_a_refused_charge_cannot_be_paid_later(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        rig.refuse(method.method_reference, rig.refuses[0])
        try:
            reference = gateway.charge(rig.charge_request(method)).provider_reference
        except Declined:
            return  # nothing was opened
        found = gateway.fetch(reference)
        assert (found.state, found.redirect_url) == (RemoteState.FAILED, "")
        assert gateway.cancel(reference).state is RemoteState.FAILED

    def test_a_bank_that_wants_the_buyer_refuses_what_is_unattended(self, rig: SavingRig) -> None:
        if not rig.confirms:
            return
        gateway, method = saved(rig)
        rig.want_confirmation(method.method_reference)
        code = refused(gateway, rig.charge_request(method))
        assert gateway.refusal_classes[code] is RefusalClass.BUYER_NEEDED
        assert rig.charged() == 1

    @pytest.mark.parametrize("approve", [True, False])
    def test_a_buyer_who_looks_on_confirms_to_their_bank(self, rig: SavingRig, approve: bool) -> None:
        if not rig.confirms:
            return
        gateway, method = saved(rig)
        rig.want_confirmation(method.method_reference)
        started = gateway.charge(rig.charge_request(method, is_unattended=False))
        found = gateway.fetch(started.provider_reference)
        assert found.state is RemoteState.OPEN and found.redirect_url == started.redirect_url != ""
        assert started.redirect_url.startswith(("https:", *gateway.redirect_origins))
        rig.confirm(started.provider_reference, approve=approve)
        found = gateway.fetch(started.provider_reference)
        assert found.state is (RemoteState.SUCCEEDED if approve else RemoteState.FAILED)
        assert bool(found.failure_code) is not approve
        assert rig.charged() == 1 + int(approve)

    def test_an_open_confirmation_can_be_given_up(self, rig: SavingRig) -> None:
        if not rig.confirms:
            return
        gateway, method = saved(rig)
        rig.want_confirmation(method.method_reference)
        started = gateway.charge(rig.charge_request(method, is_unattended=False))
        assert gateway.cancel(started.provider_reference).state in (RemoteState.EXPIRED, RemoteState.FAILED)
        assert rig.charged() == 1

    def test_a_buyer_who_looks_on_need_not_confirm_always(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        started = gateway.charge(rig.charge_request(method, is_unattended=False))
        assert gateway.fetch(started.provider_reference).state is RemoteState.SUCCEEDED
        assert (started.redirect_url, rig.charged()) == ("", 2)


class ForgettingCases:
    """What was removed, or is somebody else's, is never charged."""

    def is_gone(self, gateway: PaymentGateway, method_reference: str) -> bool:
        try:
            return gateway.fetch_method(method_reference).state is MethodState.GONE
        except NotFound:
            return True

    def test_a_forgotten_method_is_not_charged(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        for _ in range(2):
            gateway.forget_method(method.provider_customer, method.method_reference)
        if rig.tells_methods:
            assert self.is_gone(gateway, method.method_reference)
            code = refused(gateway, rig.charge_request(method))
            assert gateway.refusal_classes[code] in (RefusalClass.METHOD_DEAD, RefusalClass.MANDATE_ENDED)
            assert rig.charged() == 1

    def test_one_that_is_removed_elsewhere_is_dead(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        rig.forget_elsewhere(method.method_reference)
        code = refused(gateway, rig.charge_request(method))
        assert gateway.refusal_classes[code] in (RefusalClass.METHOD_DEAD, RefusalClass.MANDATE_ENDED)
        gateway.forget_method(method.provider_customer, method.method_reference)
        assert rig.charged() == 1

    def test_removal_elsewhere_is_told(self, rig: SavingRig) -> None:
        gateway, method = saved(rig)
        if Feature.UPDATES_METHODS not in gateway.supports:
            return
        rig.forget_elsewhere(method.method_reference)
        told = []
        for body in rig.method_events(method.method_reference):
            event = gateway.parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW)
            if event.kind is EventKind.METHOD_CHANGED:
                told.append(event.method_reference)
        assert told and set(told) == {method.method_reference}

    def test_another_account_does_not_know_it(self, rig: SavingRig) -> None:
        """Two shops, each with an account of its own at the provider."""
        _, method = saved(rig)
        other = rig.another_shop()
        if rig.tells_methods:
            with pytest.raises(NotFound):
                other.fetch_method(method.method_reference)
        code = refused(other, rig.charge_request(method))
        assert other.refusal_classes[code] is RefusalClass.METHOD_DEAD
        assert rig.charged() == 1

    def test_an_unknown_method_is_not_found(self, rig: SavingRig) -> None:
        gateway = rig.gateway()
        if not rig.tells_methods:
            with pytest.raises(GatewayError):
                gateway.fetch_method("nothing")
            return
        with pytest.raises(NotFound):
            gateway.fetch_method("nothing")
        gateway.forget_method("nobody", "nothing")


class SavedMethodCases(SavingCases, ChargingCases, RefusedCases, ForgettingCases):
    """Every case. A subclass provides the ``rig`` fixture."""
