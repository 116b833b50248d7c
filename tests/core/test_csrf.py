"""Which posts are taken without a token: those of which the browser says that one of our pages sent them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "http://testserver", "https://evil.example"
#: Sec-Fetch-Site, Origin, with a token or without -> whether the form is taken.
CASES = [
    ("same-origin", HERE, False, True),
    ("same-origin", None, False, True),
    ("same-origin", "null", False, True),
    ("same-site", "http://sub.testserver", False, False),
    ("cross-site", ELSEWHERE, False, False),
    ("cross-site", ELSEWHERE, True, False),
    ("cross-site", HERE, False, False),
    ("none", None, False, False),
    ("none", None, True, True),
    ("", HERE, False, False),
    (None, HERE, False, True),
    (None, ELSEWHERE, False, False),
    (None, ELSEWHERE, True, False),
    (None, "null", False, False),
    (None, "http://testserver:81", False, False),
    (None, "https://testserver", False, False),
    (None, None, False, False),
    (None, None, True, True),
]


@pytest.mark.parametrize(("site", "origin", "has_token", "is_taken"), CASES)
def test_who_says_where_a_form_comes_from(
    shop: Any, site: str | None, origin: str | None, has_token: bool, is_taken: bool
) -> None:
    client = Client(enforce_csrf_checks=True)
    data: dict[str, Any] = {"term": shop.term().pk, "quantity": "1"}
    if has_token:
        data["csrfmiddlewaretoken"] = client.cookies["csrftoken"] = "t" * 32
    given = {"Sec-Fetch-Site": site, "Origin": origin}
    response = client.post("/basket/add/", data, headers={k: v for k, v in given.items() if v is not None})
    assert response.status_code == (302 if is_taken else 403)


def test_a_trusted_origin_still_needs_its_token(shop: Any, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = [ELSEWHERE]
    client = Client(enforce_csrf_checks=True)
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": ELSEWHERE}
    data: dict[str, Any] = {"term": shop.term().pk, "quantity": "1"}
    assert client.post("/basket/add/", data, headers=headers).status_code == 403
    data["csrfmiddlewaretoken"] = client.cookies["csrftoken"] = "t" * 32
    assert client.post("/basket/add/", data, headers=headers).status_code == 302
