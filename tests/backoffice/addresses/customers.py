"""The page of a customer, the acts on it, a note."""

from __future__ import annotations

import pytest

from storefront.backoffice.models import StaffNote

TAILS = (
    "", "write/", "password/", "email/", "close/", "reopen/", "notes/", "see/", "leave/", "export/", "erase/", "keep/",
)  # fmt: skip


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    customer = request.getfixturevalue("customer")
    page = f"/admin/customers/{customer.pk}/"
    note = StaffNote.objects.create(customer=customer, text="A note")
    return {f"/admin/customers/<int:pk>/{tail}": f"{page}{tail}" for tail in TAILS} | {
        "/admin/customers/<int:pk>/as-customer/<path:page>": f"{page}as-customer/account/",
        "/admin/customers/<int:pk>/notes/<int:note>/delete/": f"{page}notes/{note.pk}/delete/",
    }
