from __future__ import annotations

import pytest

from storefront.support.services.conversations import begin


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    customer = request.getfixturevalue("customer")
    conversation = begin(key="k", text="A question", language="en", page_url="", customer=customer)
    base = f"/admin/conversations/{conversation.pk}/"
    tails = ("", "news/", "answer/", "turn/", "delete/")
    return {f"/admin/conversations/<int:pk>/{tail}": f"{base}{tail}" for tail in tails}
