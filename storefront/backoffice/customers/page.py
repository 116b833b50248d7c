"""The page of one customer: who, what they hold and owe, and everything that happened."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.customers import renewing, summary
from storefront.backoffice.customers.base import LIST
from storefront.backoffice.customers.data_acts import ERASE, EXPORT
from storefront.backoffice.customers.notes import WRITE, NoteForm, own_notes
from storefront.backoffice.customers.timeline import reading
from storefront.backoffice.pages import ActLink, DetailPage, Fact
from storefront.core import money
from storefront.core.instants import instant
from storefront.users import queries
from storefront.users.data_protection import requests
from storefront.users.models import User

#: Route of an act, its right, its button's label and icon; whether it is serious.
ACTS = (
    ("backoffice-customer-write", "support.change_conversation", gettext_lazy("Write"), "comment-add", False),
    ("backoffice-customer-password", "users.mail_password_link", gettext_lazy("Mail a password link"), "key", False),
    ("backoffice-customer-email", "users.correct_email", gettext_lazy("Correct the e-mail"), "mail", False),
    ("backoffice-customer-see", "users.view_as_customer", gettext_lazy("See their account"), "view", False),
    ("backoffice-customer-export", EXPORT, gettext_lazy("Copy of their data"), "download", False),
)
CLOSE = ("backoffice-customer-close", "users.close_account", gettext_lazy("Close the account"), "lock", True)
ERASURE = ("backoffice-customer-erase", ERASE, gettext_lazy("Erase"), "bin", True)
KEEP = ("backoffice-customer-keep", ERASE, gettext_lazy("Do not erase"), "undo", False)
REOPEN = ("backoffice-customer-reopen", "users.close_account", gettext_lazy("Open again"), "lock-open", False)


class CustomerPage(DetailPage):
    """Accounts of staff, with their log-ins, are for who looks after staff; acts on them are not offered here."""

    template_name = "backoffice/customers/page.html"
    permissions = ("users.view_user",)
    header_icon = "user"
    crumbs = (LIST,)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.viewer: User = request.user  # type: ignore[assignment]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.customer = get_object_or_404(User, pk=self.kwargs["pk"])
        self.is_staffs = queries.is_staff(self.customer)
        if self.is_staffs and not self.viewer.has_perm("users.invite_staff"):
            raise Http404
        return super().get(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return self.customer.get_full_name() or self.customer.email

    def facts(self) -> Iterable[Fact]:
        customer = self.customer
        for label, value in (
            (_("Name"), customer.get_full_name()),
            (_("Company"), customer.company),
            (_("Phone"), customer.phone),
            (_("Language"), dict(settings.LANGUAGES).get(customer.language, customer.language)),
            (_("Registered"), instant(customer.date_joined, "short")),
            (_("Erased"), instant(customer.erased_at, "short") if customer.erased_at else ""),
            (_("Last log-in"), "" if customer.erased_at else summary.last_log_in(customer)),
            (_("Password"), self._password()),
            (
                _("Personal account"),
                " · ".join(summary.balances(customer)) or money.display(Decimal(0), settings.SHOP_CURRENCY),
            ),
        ):
            if value:
                yield Fact(label, value)

    def _password(self) -> str:
        if self.customer.erased_at:
            return ""
        return _("set") if self.customer.has_usable_password() else _("not set yet")

    def acts(self) -> Iterable[ActLink]:
        if self.is_staffs or self.customer.erased_at is not None:
            return
        erasure = KEEP if requests.open_erasure(self.customer) else ERASURE
        offered = (*ACTS, CLOSE, erasure) if self.customer.is_active else (REOPEN, erasure)
        for route, permission, label, icon_name, is_serious in offered:
            yield ActLink(label, reverse(route, args=[self.customer.pk]), permission, icon_name, is_serious)

    def _note_form(self) -> NoteForm | None:
        may_write = self.viewer.has_perm(WRITE) and not self.is_staffs and self.customer.erased_at is None
        return NoteForm() if may_write else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        group, number = self.request.GET.get("show", ""), self.request.GET.get("p", "")
        group = group if group in reading.GROUPS else ""
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
        line = reading.read(self.customer, reading.kinds(self.viewer, group), page)
        return super().get_context_data(**kwargs) | {
            "customer": self.customer,
            "is_staffs": self.is_staffs,
            "emails": [] if self.customer.erased_at else summary.emails(self.customer),
            "data_requests": requests.of(self.customer),
            "licenses": summary.licenses(self.customer),
            "renewing": renewing.subscriptions(self.customer),
            "saved_methods": [] if self.customer.erased_at else renewing.methods(self.customer),
            "unpaid": summary.unpaid(self.customer),
            "portals": summary.portals(self.customer),
            "payers": [] if self.customer.erased_at else summary.payers(self.customer),
            "consents": summary.consents(self.customer),
            "line": line,
            "own_notes": own_notes(self.viewer, line.entries),
            "groups": reading.groups(self.viewer),
            "group": group,
            "note_form": self._note_form(),
        }
