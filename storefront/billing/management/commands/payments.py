"""``manage.py payments doctor``: ask the payment providers whether the shop is set up as it must be.

``manage.py payments refund <payment> <amount>``: give money back.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from storefront.billing.errors import BillingError
from storefront.billing.gateway_registry import begun, gateway, names
from storefront.billing.models import Payment
from storefront.billing.services import payment_methods, refunds, setup
from storefront.billing.states import RefundStatus
from storefront.core import clock
from storefront.gateways.errors import ConfigurationError, GatewayError, UnsupportedOperation
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words
from storefront.inbox.models import InboundEvent
from storefront.users.models import User

#: faults after which nothing more can be asked
UNREACHED = ("configuration", "connection", "key")
PAUSE = 0.2  # seconds between two looks into the inbox


class Command(BaseCommand):
    help = "Look at the payment methods' set-up, or give money back."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        doctor = actions.add_parser(
            "doctor",
            help="ask each provider whether key, rights, webhook and clock fit; changes nothing, ends with 1 if "
            "something must be put right",
        )
        doctor.add_argument("--method", choices=names(), help="one payment method; all of them if left out")
        doctor.add_argument(
            "--deliver",
            action="store_true",
            help="also make the provider send a message (of a pay page that nobody uses) and wait until it is here; "
            "the shop must be running at SITE_URL",
        )
        doctor.add_argument("--wait", type=float, default=30.0, metavar="SECONDS", help="how long to wait for it (30)")
        refund = actions.add_parser("refund", help="give back a payment, whole or in part")
        refund.add_argument("payment", help="the provider's id of the payment (cs_...)")
        refund.add_argument("amount", type=Decimal, help="in the payment's currency: 96.00")
        refund.add_argument("--reason", required=True, help="kept with the refund, and sent to the provider")
        refund.add_argument("--by", metavar="E-MAIL", help="the member of staff who decided it")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "refund":
            self._refund(**options)
        else:
            self._doctor(**options)

    def _refund(self, *, payment: str, amount: Decimal, reason: str, by: str | None, **options: Any) -> None:
        received = Payment.objects.filter(reference=payment).first()
        person = User.objects.filter(email__iexact=by, is_staff=True).first() if by else None
        if received is None or (by and person is None):
            raise CommandError("no such payment" if received is None else "no member of staff has this e-mail")
        try:
            refund = refunds.start(payment=received, amount=amount, reason=reason, by=person)
        except BillingError as exc:
            raise CommandError(str(exc)) from None
        if refund.status == RefundStatus.FAILED:
            raise CommandError(f"{refund}: the refund failed ({refund.failure_code or 'no reason given'})")
        self.stdout.write(f"{refund}: {refund.get_status_display()}, {refund.amount} {received.currency}")

    def _doctor(self, *, method: str | None, deliver: bool, wait: float, **options: Any) -> None:
        faults = 0
        for name in [method] if method else begun():
            self.stdout.write(self.style.MIGRATE_HEADING(name))
            diagnoses = self._diagnose(name)
            is_reached = not any(each.code in UNREACHED for each in _faults(diagnoses))
            diagnoses.append(_deliver(name, wait) if deliver and is_reached else _last_message(name))
            self._show(diagnoses[-1])
            faults += len(_faults(diagnoses))
        if not method:
            self._others()
        if faults:
            raise CommandError(f"{faults} to be put right")
        self.stdout.write(self.style.SUCCESS("Nothing must be put right."))

    def _others(self) -> None:
        """Methods that are not set up name what they lack; one without a provider is asked whether it is. None of them
        must be put right."""
        for name in payment_methods.known():
            if name in begun():
                continue
            self.stdout.write(self.style.MIGRATE_HEADING(name))
            fault = payment_methods.fault(name)
            verdict = Verdict.WARNING if fault else Verdict.OK
            found = Words("%(fault)s It is not offered.", {"fault": fault}) if fault else Words("It is set up.")
            self._show(Diagnosis("configuration", Words("Set-up"), verdict, found))

    def _diagnose(self, name: str) -> list[Diagnosis]:
        try:
            found = [*setup.diagnose(name), *_warnings(name)]
        except UnsupportedOperation as exc:
            found = [Diagnosis("unsupported", Words(name), Verdict.WARNING, Words(f"{exc.message}."))]
        for each in found:
            self._show(each)
        return found

    def _show(self, each: Diagnosis) -> None:
        style = {Verdict.OK: self.style.SUCCESS, Verdict.WARNING: self.style.WARNING, Verdict.FAULT: self.style.ERROR}
        self.stdout.write(f"  {style[each.verdict](f'{each.verdict:<8}')} {each.subject}: {each.finding}")
        if each.remedy and each.verdict is not Verdict.OK:
            self.stdout.write(f"           {each.remedy}")


def _warnings(name: str) -> Sequence[Diagnosis]:
    """What the configuration alone shows; none of a method that lacks something, which its diagnosis says."""
    try:
        return gateway(name).warnings()
    except ConfigurationError:
        return ()


def _faults(found: list[Diagnosis]) -> list[Diagnosis]:
    return [each for each in found if each.verdict is Verdict.FAULT]


def _last_message(name: str) -> Diagnosis:
    last = InboundEvent.objects.filter(source=name).order_by("-received_at").first()
    if last is None:
        finding = "None was ever taken in: try it with --deliver, or pay an order."
        return Diagnosis("messages", Words("Messages"), Verdict.WARNING, Words(finding))
    finding = f"The last one was taken in at {last.received_at:%Y-%m-%d %H:%M} UTC."
    return Diagnosis("messages", Words("Messages"), Verdict.OK, Words(finding))


def _deliver(name: str, wait: float) -> Diagnosis:
    """Whether a message that is made to be sent now arrives with a signature that is known."""
    began, deadline, subject = clock.now(), time.monotonic() + wait, Words("Delivery")
    try:
        kind = gateway(name).provoke_message(currency=settings.SHOP_CURRENCY, return_url=settings.SITE_URL)
    except UnsupportedOperation as exc:
        return Diagnosis("delivery", subject, Verdict.WARNING, Words(f"{exc.message}."))
    except (GatewayError, ConfigurationError) as exc:
        return Diagnosis("delivery", subject, Verdict.FAULT, Words(f"No message could be provoked: {exc}."))
    while True:
        if InboundEvent.objects.filter(source=name, summary=kind, received_at__gte=began).exists():
            return Diagnosis("delivery", subject, Verdict.OK, Words("A message came, signed with a known secret."))
        if time.monotonic() >= deadline:
            break
        time.sleep(PAUSE)
    return Diagnosis(
        "delivery",
        subject,
        Verdict.FAULT,
        Words(f"No {kind} was taken in within {wait:g} s."),
        Words(
            f"Look at the endpoint's deliveries at the provider: 400 means a wrong secret or another style of "
            f"payload, anything else that {setup.webhook_url(name)} is not reached from outside."
        ),
    )
