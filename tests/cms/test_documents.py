"""Documents that editors upload: linked from pages, opened in Wagtail, downloaded by everyone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction

from cms.models import ProductPage

PDF = b"%PDF-1.4 price list"


@pytest.fixture(autouse=True)
def _files_on_disk(settings: Any, tmp_path: Path) -> None:
    """As in production; the other tests keep files in memory."""
    settings.MEDIA_ROOT, settings.PRIVATE_MEDIA_ROOT = tmp_path / "media", tmp_path / "private"
    disk = {"BACKEND": "storefront.core.files.PublicAndPrivateFiles"}
    settings.STORAGES = settings.STORAGES | {"default": disk}


@pytest.fixture
def document(marketer: Any) -> Any:
    """A price list, uploaded by a marketer through Wagtail's form."""
    file = SimpleUploadedFile("prices.pdf", PDF, content_type="application/pdf")
    response = marketer.post(reverse("wagtaildocs:add"), {"title": "Price list", "file": file})
    assert response.status_code == 302, response.context["form"].errors
    return get_document_model().objects.get()


def test_uploaded_document_is_listed_and_edited(marketer: Any, document: Any) -> None:
    assert f"/documents/{document.pk}/prices.pdf" in marketer.get(reverse("wagtaildocs:index")).content.decode()
    assert marketer.get(reverse("wagtaildocs:edit", args=[document.pk])).status_code == 200
    assert marketer.get(reverse("wagtaildocs_chooser:choose")).status_code == 200


def test_product_page_links_to_a_document(document: Any) -> None:
    page = ProductPage.objects.get()
    text = f'<p>See the <a linktype="document" id="{document.pk}">price list</a>.</p>'
    page.content = json.dumps([{"type": "text", "value": {"heading": "", "text": text, "is_steps": False}}])
    page.save_revision().publish()
    html = Client().get("/products/yeastar-s-module/").content.decode()
    assert f'<a href="/documents/{document.pk}/prices.pdf">price list</a>' in html


def test_visitor_downloads_and_never_opens_a_document(document: Any) -> None:
    response = Client().get(document.url)
    assert response.getvalue() == PDF
    assert response["Content-Disposition"] == 'attachment; filename="prices.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'"
    assert "Content-Encoding" not in response


def test_part_of_a_document_is_had_by_those_who_may_have_the_whole(document: Any) -> None:
    whole = Client().get(document.url)
    part = Client().get(document.url, headers={"range": "bytes=1-3", "if-range": whole["ETag"]})
    assert (part.status_code, part.getvalue()) == (206, PDF[1:4])
    assert part["Content-Range"] == f"bytes 1-3/{len(PDF)}"
    assert part["Content-Security-Policy"] == "default-src 'none'"
    assert Client().get(document.url, headers={"if-none-match": whole["ETag"]}).status_code == 304


def test_document_of_a_private_collection_is_for_those_who_are_logged_in(document: Any, marketer: Any) -> None:
    members = Collection.get_first_root_node().add_child(name="Members")
    CollectionViewRestriction.objects.create(collection=members, restriction_type=CollectionViewRestriction.LOGIN)
    document.collection = members
    document.save()
    for headers in ({}, {"range": "bytes=0-3"}):
        assert Client().get(document.url, headers=headers)["Location"].startswith("/account/login/")
    assert marketer.get(document.url).getvalue() == PDF


def test_document_lies_outside_of_what_a_web_server_serves(document: Any, settings: Any) -> None:
    assert Path(document.file.path).is_relative_to(settings.PRIVATE_MEDIA_ROOT)
    assert not [file for file in settings.MEDIA_ROOT.rglob("*") if file.is_file()]


@pytest.mark.parametrize("path", ["/documents/999/prices.pdf", "/documents/{pk}/other.pdf", "/documents/"])
def test_unknown_document_is_not_found(document: Any, path: str) -> None:
    assert Client().get(path.format(pk=document.pk)).status_code == 404


def test_script_cannot_be_uploaded_as_a_document(marketer: Any) -> None:
    file = SimpleUploadedFile("page.html", b"<script>alert(1)</script>", content_type="application/pdf")
    response = marketer.post(reverse("wagtaildocs:add"), {"title": "Page", "file": file})
    assert "file" in response.context["form"].errors
    assert not get_document_model().objects.exists()
