"""What all acts on a customer share."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from storefront.backoffice.acts import ActView, Refused
from storefront.backoffice.pages import Crumb, trail
from storefront.users import queries
from storefront.users.models import User

LIST = Crumb("backoffice-customers", _("Customers"))


def customer_or_404(pk: int) -> User:
    """Accounts of staff are no customers: nothing here is done to them, nor to whoever is erased."""
    found = queries.customers().filter(pk=pk, erased_at=None).first()
    if found is None:
        raise Http404
    return found


class ActOnCustomer(ActView):
    """An act whose object is a customer; it leads back to their page."""

    object: User
    header_icon = "user"

    def get_object(self) -> User:
        return customer_or_404(self.kwargs["pk"])

    def customer(self) -> User:
        return self.object

    def get_success_url(self) -> str:
        return reverse("backoffice-customer", args=[self.object.pk])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        name = self.object.get_full_name() or self.object.email
        return trail((LIST, Crumb("backoffice-customer", name, (self.object.pk,))), self.get_page_title())


def refuse_closed(customer: User) -> None:
    """Raise Refused for a closed account."""
    if not customer.is_active:
        raise Refused(_("This account is closed. Open it again first."))
