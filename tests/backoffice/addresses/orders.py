"""Real addresses of orders, invoices, payments and saved views, for the access matrix."""

from __future__ import annotations

import pytest

from storefront.backoffice.models import SavedView
from tests.billing.building import make_payment


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    customer = request.getfixturevalue("customer")
    invoice = make_payment(customer).invoice
    assert invoice is not None
    assert invoice.order is not None
    view = SavedView.objects.create(owner=customer, list_name="orders", name="Mine", is_shared=True)
    base = f"/admin/invoices/{invoice.number}/"
    chosen = ("cancel", "remind", "csv", "xlsx")
    acts = ("cancel/", "postpone/", "remind/", "payer/")
    return {
        **{f"/admin/orders/{act}/": f"/admin/orders/{act}/?id={invoice.order_id}" for act in chosen},
        **{f"/admin/invoices/<str:number>/{act}": f"{base}{act}" for act in acts},
        "/admin/orders/<str:number>/": f"/admin/orders/{invoice.order.number}/",
        "/admin/invoices/<str:number>/": f"/admin/invoices/{invoice.number}/",
        "/admin/invoices/<str:number>/print/": f"/admin/invoices/{invoice.number}/print/",
        "/admin/payments/<str:public_id>/": f"/admin/payments/{invoice.attempts.get().public_id}/",
        "/admin/views/<int:pk>/delete/": f"/admin/views/{view.pk}/delete/",
    }
