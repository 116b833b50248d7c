"""Licenses that staff give away: an order of zero with its reason, and everything after it as if it had been paid."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import translation

from checkout.cart.prices import CartPrice
from checkout.models import PurchaseDetails
from checkout.orders import order_lines
from checkout.orders.by_staff import customer_with
from checkout.orders.create import Cause, CreatedOrder, create
from checkout.orders.order_request import Contact
from storefront.billing.errors import TaxRateMissing
from storefront.billing.models import FreeOrderCause
from storefront.billing.services import payers
from storefront.core import states
from storefront.gateways.bitrix24 import PortalAddress
from storefront.licensing.models import License
from storefront.licensing.queries import licenses_for_invoice
from storefront.licensing.services.staff_acts import NotPossible
from storefront.licensing.states import LicenseStatus
from storefront.users import services as accounts
from storefront.users import unproven
from storefront.users.models import User

RIGHT = "licensing.grant_license"


def recipient(*, email: str, name: str, company: str, language: str) -> User:
    """The customer with this e-mail; a new one reads in the mail about the gift how to set a password.

    Raises CannotOrder for accounts of staff and closed ones.
    """
    found = customer_with(email)
    if found is not None:
        return found
    try:
        return accounts.register(email=email, name=name, company=company, phone="", language=language, is_told=False)
    except accounts.EmailTaken:  # registered at this very moment
        found = accounts.find_by_email(email)
        if found is None:
            raise
        return found


@transaction.atomic
def give(
    *,
    customer: User,
    price: CartPrice,
    actor: User,
    reason: str,
    key: str,
    portal: PortalAddress | None = None,
    extends: License | None = None,
) -> CreatedOrder:
    """Give a customer a period that is on sale, for nothing: a new license, or one more period of ``extends``.

    The customer gets the mail about the order and what it gives. Each license's history says who gave it and why.
    Sessions of an account that nobody has proven end.

    :param key: names this gift: a second call with it gives nothing more
    :raises PermissionDenied: the actor lacks ``RIGHT``
    :raises NotPossible: no_reason; given_already: by a call with the same key; not_on_sale; other_product; revoked;
        no_tax_rate
    """
    if not actor.has_perm(RIGHT):
        raise PermissionDenied
    if not reason.strip():
        raise NotPossible("no_reason")
    cause = Cause(key=f"gift:{key}", free=FreeOrderCause.GIFT, reference=reason.strip())
    if PurchaseDetails.objects.filter(cause_key=cause.key).exists():  # to whomever
        raise NotPossible("given_already")
    if not price.is_on_sale:
        raise NotPossible("not_on_sale")
    if extends is not None:
        _lock_to_extend(customer, extends)
        if extends.software_id != price.software_id:
            raise NotPossible("other_product")
    unproven.shut_out(customer)
    contact = Contact(
        name=customer.get_full_name(), company=customer.company, phone=customer.phone, email=customer.email
    )
    try:
        created = create(
            customer=customer,
            lines=[_line(customer, price, portal, extends)],
            currency=price.currency,
            payer=contact,
            language=customer.language,
            cause=cause,
            portal=portal,
            details=payers.use(customer=customer),
        )
    except TaxRateMissing as exc:
        raise NotPossible("no_tax_rate") from exc
    if not created.is_new:
        raise NotPossible("given_already")
    for license in licenses_for_invoice(created.invoice):
        license.record("given", actor=actor, reason=reason.strip(), order=created.order.number)
    return created


def _lock_to_extend(customer: User, license: License) -> None:
    """Keep a license as it is until the period is given: to a revoked one a new license would be given instead."""
    states.lock(User(pk=customer.pk))
    if states.lock(license).status == LicenseStatus.REVOKED:
        raise NotPossible("revoked")


def _line(
    customer: User, price: CartPrice, portal: PortalAddress | None, extends: License | None
) -> order_lines.OrderLine:
    """Texts in the customer's language."""
    with translation.override(customer.language):
        return order_lines.at_price(
            price,
            amount=Decimal(0),
            portal_host=extends.portal_address if extends else portal.host if portal else "",
            extends_license=extends.public_id if extends else "",
        )
