"""A real address for every route of the back office that takes arguments."""

from __future__ import annotations

from typing import Any

import pytest

from storefront.support.services.conversations import begin
from tests.backoffice.trade_addresses import trade_addresses


def real_addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    """Route -> address of an existing thing. Each section adds its routes here."""
    fixture = request.getfixturevalue
    customer = fixture("customer")
    conversation = begin(key="k", text="A question", language="en", page_url="", customer=customer)
    return {**_conversations(conversation), **_customers(customer), **trade_addresses(customer)}


def _conversations(conversation: Any) -> dict[str, str]:
    base = f"/admin/conversations/{conversation.pk}/"
    tails = ("", "news/", "answer/", "turn/", "delete/")
    return {f"/admin/conversations/<int:pk>/{tail}": f"{base}{tail}" for tail in tails}


def _customers(customer: Any) -> dict[str, str]:
    return {"/admin/customers/<int:pk>/": f"/admin/customers/{customer.pk}/"}
