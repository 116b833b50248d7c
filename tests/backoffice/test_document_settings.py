"""The seller's document settings: pictures are judged at their field, a seal is used and noted."""

from __future__ import annotations

import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from PIL import Image
from wagtail.models import ModelLogEntry

from storefront.billing.documents import numbering
from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document, DocumentSettings, Picture, PictureUse
from storefront.billing.models import Seller
from storefront.core import clock
from storefront.core.files import is_public
from storefront.notifications.models import OutboxMessage
from storefront.users.models import ApprovalRequest, User
from tests.backoffice.conftest import show_password_again
from tests.backoffice.pressing import confirmed
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
    (noted,) = ModelLogEntry.objects.filter(action="documents.settings")
    assert settings.seal.file_hash[:12] in str(noted.data["after"])
    told = [mail.payload["context"] for mail in OutboxMessage.objects.filter(template="account_notice")]
    assert "seal or the signature" in told[0]["title"] and settings.seal.file_hash[:12] in str(told)
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


def test_a_changed_seal_waits_for_a_second_person_who_may_use_it(client_of, staff, seller, settings):
    owner = client_of("Owner")
    send(owner, new_seal=SVG % (b"blue", b""))
    settings.APPROVAL_BY_SECOND_PERSON = True
    kept = DocumentSettings.objects.get()
    alone = send(owner, new_seal=SVG % (b"red", b""))
    assert alone.status_code == 422 and "second person" in alone.content.decode()
    staff("Owner", "second")
    second = Client()
    second.force_login(User.objects.get(email="ownersecond@staff.example"))
    show_password_again(second)
    assert send(owner, new_seal=SVG % (b"red", b"")).status_code == 302
    assert DocumentSettings.objects.get().seal == kept.seal
    asked = ApprovalRequest.objects.get()
    new = Picture.objects.exclude(pk=kept.seal.pk).get(pk=asked.change["seal"])
    page = second.get(PAGE).content.decode()
    assert new.public_id in page and "waits for another person" in page
    assert client_of("Accounting").get(f"/admin/approvals/{asked.pk}/").status_code == 404
    confirmed(second, f"/admin/approvals/{asked.pk}/approve/")
    assert DocumentSettings.objects.get().seal == new


def test_each_seller_has_settings_of_their_own(client_of, seller):
    other = Seller.objects.create(name="Kazakh Branch LLP", address="Almaty", is_default=False)
    owner = client_of("Owner")
    assert f"{PAGE}{other.pk}/" in owner.get(PAGE).content.decode()
    same = owner.post(f"{PAGE}{other.pk}/", FORM)
    assert same.status_code == 422 and "Another seller&#x27;s numbers" in same.content.decode()
    assert owner.post(f"{PAGE}{other.pk}/", FORM | {"series": "kz"}).status_code == 302
    assert DocumentSettings.objects.get().seller == other and DocumentSettings.objects.get().series == "KZ"


def test_what_numbers_begin_with_stays_for_the_year_once_one_is_given_out(client_of, seller):
    owner = client_of("Owner")
    assert owner.post(PAGE, FORM | {"series": "nb"}).status_code == 302
    with transaction.atomic():
        numbering.next_number(DocumentKind.ACT, seller_id=seller.pk, series="NB", on=clock.today())
    late = owner.post(PAGE, FORM | {"series": "xx"})
    assert late.status_code == 422 and f"Numbers of {clock.today().year} begin otherwise" in late.content.decode()
    assert owner.post(PAGE, FORM | {"series": "nb"}).status_code == 302
    DocumentSettings.objects.filter(seller=seller).update(series="")
    Seller.objects.create(name="Kazakh Branch LLP", address="Almaty", is_default=False)
    assert owner.post(PAGE, FORM | {"series": ""}).status_code == 302, "the other one has to choose"
    with time_machine.travel(clock.now().replace(year=clock.today().year + 1)):
        show_password_again(owner)
        assert owner.post(PAGE, FORM | {"series": "xx"}).status_code == 302


def test_what_cannot_be_printed_is_told_at_its_field(client_of):
    answer = client_of("Owner").post(PAGE, FORM | {"director_post": "取締役"})
    assert answer.status_code == 422 and "These letters cannot be printed: 取締役" in answer.content.decode()


def test_without_a_seller_staff_read_what_comes_first(client_of, seller):
    seller.delete()
    page = client_of("Accounting").get(PAGE, follow=True)
    assert page.status_code == 200 and "Name the seller first" in page.content.decode()
