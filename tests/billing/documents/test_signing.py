"""Documents signed with the seller's certificate."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.core.checks import run_checks
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from storefront.billing.documents import signing
from storefront.billing.documents.making import Made
from tests.billing.documents.contents import make_content, printed


@pytest.fixture
def certificate(tmp_path, settings):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Northbridge Software Ltd")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=9))
    signed = made.sign(key, hashes.SHA256())
    path = tmp_path / "seller.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"seller", key, signed, None, BestAvailableEncryption(b"pw"))
    )
    settings.DOCUMENT_SIGN_FILE, settings.DOCUMENT_SIGN_PASSWORD = str(path), "pw"


def status_of(pdf: bytes) -> PdfSignatureStatus:
    """Of the one signature. In a thread of its own: pyhanko runs an event loop, and in this one a browser's may run."""
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(validate_pdf_signature, signature).result()


def test_the_signature_covers_the_whole_file_and_breaks_when_it_is_changed(certificate):
    plain = Made(printed(make_content()))
    made = signing.completed(plain, name="ACT-2026-000001")
    assert made.pdf != plain.pdf and made.pdf_hash != plain.pdf_hash
    status = status_of(made.pdf)
    assert status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert status.signing_cert.subject.native["common_name"] == "Northbridge Software Ltd"
    at = made.pdf.index(b"/Producer")
    changed = made.pdf[:at] + b"/producer" + made.pdf[at + 9 :]
    assert not status_of(changed).intact


def test_without_a_certificate_nothing_is_signed():
    plain = Made(printed(make_content()))
    assert signing.completed(plain, name="x") is plain


def test_a_certificate_that_cannot_be_opened_is_told_by_its_name(certificate, settings):
    def told():
        return [str(error) for error in run_checks() if error.id == "documents.E001"]

    assert told() == []
    settings.DOCUMENT_SIGN_PASSWORD = "other"
    assert "DOCUMENT_SIGN_FILE" in told()[0]
    settings.DOCUMENT_SIGN_FILE = "/nowhere/seller.p12"
    assert "/nowhere/seller.p12" in told()[0]
