"""What licensing tells customers by mail: rows of the outbox, written in the transaction that causes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict

from django.utils import translation
from django.utils.translation import gettext as _

from storefront.core import clock
from storefront.core.language import nearest_language
from storefront.licensing import effects, links
from storefront.licensing.models import License
from storefront.licensing.states import PORTAL_TAKEN, LicenseStatus
from storefront.licensing.validity import days_left
from storefront.notifications import mails


class _OfLicense(TypedDict):
    name: str
    license_number: str
    product: str
    plan: str
    account_url: str


def payment_received(invoice: Any, licenses: Sequence[License]) -> None:
    """The money of an invoice is in, and this is what it bought."""
    customer = invoice.customer
    mail = mails.PaymentReceived(
        name=customer.get_full_name(),
        order_number=invoice.order.number if invoice.order else "",
        invoice_number=invoice.number,
        lines=[
            mails.MailLine(description=line.description, quantity=line.quantity, amount=line.amount)
            for line in invoice.lines.all()
        ],
        total=invoice.amount,
        currency=invoice.currency,
        is_free=invoice.amount == 0,
        licenses=[_info(license, invoice) for license in licenses],
        account_url=links.licenses_url(invoice.language),
    )
    mails.enqueue(mail, to=customer.email, language=invoice.language, key=f"payment_received:{invoice.number}")


def linked(license: License) -> None:
    """The license works in its portal now. Once per license and portal."""
    mail = mails.LicenseLinked(**_of(license), portal_address=license.portal_address, valid_until=license.valid_until)
    _enqueue(mail, license, key=f"license_linked:{license.public_id}:{license.member_id}")


def not_linked(license: License) -> None:
    """The portal is there but the license cannot go to it (``link_problem``). Once per license, reason and address."""
    mail = mails.LicenseNotLinked(**_of(license), portal_address=license.portal_address, problem=license.link_problem)
    key = f"license_not_linked:{license.public_id}:{license.link_problem}:{license.portal_address}"[:200]
    _enqueue(mail, license, key=key)


def staff_must_link(license: License) -> None:
    """The portal of a paid license cannot be asked: staff looks into it. Once per license and address."""
    mails.staff_notice(
        key=f"license_unproven:{license.public_id}:{license.portal_address}"[:200],
        subject=f"License {license.number} waits for {license.portal_address}, which does not answer us",
        text=(
            f"The app is installed there, but {license.portal_address} has not answered our questions: its plan may "
            "have no REST, its server may stand in a company's network or have a certificate of its own.\n\n"
            "The license's time stands still for now. Once you have made sure that this Bitrix24 is the customer's, "
            "link the license by hand."
        ),
    )


def ending(license: License, step: int, now: datetime) -> None:
    """The license ends soon. Once per license, end and step (days before it)."""
    mail = mails.LicenseEnding(
        **_of(license),
        portal_address=license.portal_address,
        valid_until=license.valid_until,
        days=days_left(license, now),
        extend_url=links.extend_url(license),
    )
    _enqueue(mail, license, key=f"license_ending:{license.public_id}:{license.valid_until:%Y%m%d%H%M%S}:{step}")


def extended_by_another(license: License, invoice: Any) -> None:
    """Somebody else has paid for a period of the customer's license. Once per invoice and license."""
    mail = mails.LicenseExtended(**_of(license), valid_until=license.valid_until)
    _enqueue(mail, license, key=f"license_extended:{invoice.number}:{license.public_id}")


def _enqueue(mail: mails.Mail, license: License, *, key: str) -> None:
    mails.enqueue(mail, to=license.customer.email, language=license.customer.language, key=key)


def _of(license: License) -> _OfLicense:
    return {
        "name": license.customer.get_full_name(),
        "license_number": license.number,
        "product": license.product_title,
        "plan": license.plan_name,
        "account_url": links.license_url(license),
    }


def _info(license: License, invoice: Any) -> mails.MailLicense:
    is_own = license.customer_id == invoice.customer_id
    with translation.override(nearest_language(invoice.language)):
        done = effects.done_text(license, invoice)
        state = _state_text(license) if is_own else _("It stays with its holder, whom we have told.")
    return mails.MailLicense(
        number=license.number,
        product=license.product_title,
        plan=license.plan_name,
        valid_until=None if license.begins_by else license.valid_until,
        state_text=f"{done} {state}",
    )


def _state_text(license: License) -> str:
    if license.status == LicenseStatus.SUSPENDED:
        return _("It is suspended; please contact us.")
    if license.status == LicenseStatus.ACTIVE:
        if license.binding_kind == "none":
            return _("It is active.")
        return _("It is active in %(portal)s.") % {"portal": license.portal_address}
    if license.link_problem == PORTAL_TAKEN:
        return _("Until then its time does not run.")
    if not license.portal_address:
        return _("Name the Bitrix24 it is for in your account.")
    if license.valid_until <= clock.now():
        return _("It has ended.")
    return _("It becomes active by itself when the app is installed or opened in %(portal)s.") % {
        "portal": license.portal_address
    }
