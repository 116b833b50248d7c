"""The seller's document settings: pictures are judged at their field, a seal is used and noted."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from wagtail.models import ModelLogEntry

from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document, DocumentSettings, PictureUse
from storefront.billing.models import Seller
from storefront.core.files import is_public
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db

PAGE = "/admin/issued-documents/settings/"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90"><circle cx="45" cy="45" r="40" fill="%s"/>%s</svg>'
FORM = {
    "style": "cis", "series": "", "second_language": "", "e_invoicing": "none", "issues_invoices": "on",
    "issues_acts": "on", "act_day": "3", "act_on_paper": "offered", "director": "J. North",
}  # fmt: skip


def png(mode: str = "RGBA", size: tuple[int, int] = (200, 200)) -> bytes:
    into = io.BytesIO()
    Image.new(mode, size).save(into, "PNG")
    return into.getvalue()


@pytest.fixture(autouse=True)
def seller(db):
    return Seller.objects.create(name="Northbridge Software Ltd", address="London")


def send(client, **files):
    uploads = {name: SimpleUploadedFile(f"{name}.bin", content) for name, content in files.items()}
    return client.post(PAGE, FORM | uploads)


@pytest.mark.parametrize(
    ("field", "content", "words"),
    [
        ("new_logo", b"GIF89a and no picture", "no picture that can be printed"),
        ("new_logo", b"\x89PNG\r\n\x1a\n and nothing", "damaged"),
        ("new_logo", b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
        ("new_seal", png("RGB"), "transparent background"),
        ("new_seal", png(size=(20, 20)), "between 60 and 4000 pixels"),
        ("new_seal", SVG % (b"blue", b"<script>alert(1)</script>"), "holds a script"),
        ("new_seal", SVG % (b"url(https://evil.example/x)", b""), "holds a script"),
        ("new_seal", SVG % (b"blue", b'<use href="file:///etc/passwd"/>'), "holds a script"),
        ("new_seal", SVG % (b"blue", b'<image href="data:image/png;base64,AA"/>'), "holds a script"),
        ("new_seal", SVG % (b'blue" onload="x()', b""), "holds a script"),
        ("new_seal", SVG % (b"blue", b"<circle"), "no picture that can be printed"),
    ],
)
def test_what_is_no_picture_is_told_at_its_field(client_of, field, content, words):
    answer = send(client_of("Owner"), **{field: content})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not DocumentSettings.objects.exists()


def test_a_seal_is_kept_privately_printed_on_signed_documents_alone_and_each_use_is_noted(client_of, customer):
    owner = client_of("Owner")
    answer = send(owner, new_seal=SVG % (b"blue", b""), new_signature=png(), new_logo=png("RGB"))
    assert answer.status_code == 302
    settings = DocumentSettings.objects.get()
    assert settings.act_day == 3 and settings.seal.width > 1000
    assert not is_public(settings.seal.file.name)
    assert ModelLogEntry.objects.filter(action="documents.settings").count() == 1
    make_invoice(customer)
    issue_due()
    document = Document.objects.get(kind="invoice")
    assert {use.picture for use in document.picture_uses.all()} == {settings.seal, settings.signature}
    assert send(owner).status_code == 302  # what is not chosen anew stays
    assert DocumentSettings.objects.get().seal == settings.seal
    owner.post(PAGE, FORM | {"without_marks": "on"})
    make_invoice(customer)
    issue_due()
    assert PictureUse.objects.count() == 2


def test_the_seal_is_shown_to_those_alone_who_may_use_it(client_of):
    send(client_of("Owner"), new_seal=SVG % (b"blue", b""), new_logo=png())
    settings = DocumentSettings.objects.get()
    accountant = client_of("Accounting")
    base = "/admin/issued-documents/pictures/"
    assert accountant.get(f"{base}{settings.logo.public_id}/").status_code == 200
    assert accountant.get(f"{base}{settings.seal.public_id}/").status_code == 404
    shown = accountant.get(PAGE).content.decode()
    assert "new_seal" not in shown and settings.seal.public_id not in shown
    send(accountant, new_seal=png())
    assert DocumentSettings.objects.get().seal == settings.seal


def test_without_a_seller_staff_read_what_comes_first(client_of, seller):
    seller.delete()
    page = client_of("Accounting").get(PAGE, follow=True)
    assert page.status_code == 200 and "Name the seller first" in page.content.decode()
