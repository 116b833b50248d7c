"""The preview beside Wagtail's editor: a frame that must show the page as it will be."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from cms.models import ProductPage


def test_preview_of_a_page_may_be_framed_by_its_editor(marketer: Any) -> None:
    page = ProductPage.objects.get()
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    form = {"title": "A new title", "software": str(page.software_id), "lead": "", "image": "", "seo_title": ""}
    form |= {"content-count": "1", "content-0-type": "features", "content-0-order": "0", "content-0-id": ""}
    form |= {"content-0-value-heading": "What it does", "content-0-value-items-count": "2", "search_description": ""}
    for number, name in enumerate(("Calls in the card", "Recordings")):
        item = f"content-0-value-items-{number}"
        form |= {f"{item}-value-icon": "phone", f"{item}-value-title": name, f"{item}-value-text": ""}
        form |= {f"{item}-order": str(number), f"{item}-deleted": "", f"{item}-id": ""}
    form |= {"content-0-deleted": "", "share_image": ""}
    assert marketer.post(address, form).json()["is_valid"]
    response = marketer.get(address)
    html = response.content.decode()
    assert "A new title" in html
    assert "€96.00" in html
    assert "Calls in the card" in html
    policy = response["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "unsafe-inline" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_page_itself_may_not_be_framed(shop: Any) -> None:
    for address in ("/products/yeastar-s-module/", "/products/yeastar-s-module/?is_preview=1&in_preview_panel=true"):
        response = Client().get(address)
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"
