"""'Extend': a signed link puts one more period of a license into the cart.

The link is made by storefront.licensing.links and opened at the top level, often from inside a portal and by
somebody who is not logged in. Following it twice changes nothing; it fixes no price and binds no cart.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket

from checkout.cart import changes, terms
from checkout.cart.problems import CartError
from checkout.cart.terms import Term
from storefront.licensing.links import read_extend_token
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus
from storefront.users.models import User


def extend(*, basket: Basket, token: str, user: User | AnonymousUser) -> tuple[License, bool]:
    """Put the license's last term, or the nearest one on sale, into the cart with the license on the line.

    Returns the license and whether a line was added. Raises CartError, and adds nothing, for a link that is
    forged or too old, a license of another customer or one that was revoked, and a license type not sold now.
    """
    public_id = read_extend_token(token)
    license = License.objects.filter(public_id=public_id).first() if public_id else None
    if license is None:
        message = _("This link is not valid any more. Open 'Extend' again in your account or in the app.")
        raise CartError(message, status=404)
    if user.is_authenticated and license.customer_id != user.pk:
        raise CartError(_("This license belongs to another account. Log in with that account to extend it."))
    if license.status == LicenseStatus.REVOKED:
        raise CartError(_("This license can no longer be extended. Please write to support."))
    term = _term_for(license)
    _line, is_new = changes.add_extension(basket=basket, term=term, license_public_id=license.public_id)
    return license, is_new


def _term_for(license: License) -> Term:
    """The term bought last, or the one of its license type on sale nearest in months; of two as near the shorter."""
    last = license.terms.filter(revoked_at=None).order_by("-pk").values_list("plan_id", "months").first()
    plan_id, months = last or (license.plan_id, 12)
    on_sale = [term for term in terms.of_plan(plan_id) if term.is_on_sale]
    if not on_sale:
        raise CartError(_("This license type is no longer sold. Please choose another one or write to support."))
    return min(on_sale, key=lambda term: (abs(term.months - months), term.months))
