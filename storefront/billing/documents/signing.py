"""A cryptographic signature on issued documents, where the seller has a certificate: https://docs.pyhanko.eu/

It is a signature of the seller's company on the whole file (PAdES), beside the pictures of seal and signature.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from storefront.billing.documents.making import Made

FIELD = "Seller"


def completed(made: Made, *, name: str) -> Made:
    """The same files, the PDF signed where settings.DOCUMENT_SIGN_FILE names a certificate. ``name``: the document's,
    in the signature. Raises RuntimeError if the certificate cannot be used."""
    if not settings.DOCUMENT_SIGN_FILE:
        return made
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers  # both only where there is a certificate
    from pyhanko.sign.fields import SigSeedSubFilter

    signature = signers.PdfSignatureMetadata(field_name=FIELD, reason=name, subfilter=SigSeedSubFilter.PADES)
    signer = _signer(settings.DOCUMENT_SIGN_FILE, settings.DOCUMENT_SIGN_PASSWORD)
    if signer is None:
        raise RuntimeError("DOCUMENT_SIGN_FILE cannot be opened with DOCUMENT_SIGN_PASSWORD")
    with ThreadPoolExecutor(1) as thread:  # pyhanko runs an event loop, which a thread has one of at most
        pdf = IncrementalPdfFileWriter(io.BytesIO(made.pdf))
        written = thread.submit(signers.sign_pdf, pdf, signature, signer=signer).result()
    return replace(made, pdf=written.getvalue())


@register(Tags.security)
def certificate(app_configs: object, **kwargs: Any) -> Iterable[CheckMessage]:
    """A certificate that cannot be opened is told by its name when the shop starts, not at the first document."""
    path = settings.DOCUMENT_SIGN_FILE
    if not path or _signer(path, settings.DOCUMENT_SIGN_PASSWORD):
        return []
    text = f"DOCUMENT_SIGN_FILE: {path} is no PKCS #12 file that DOCUMENT_SIGN_PASSWORD opens."
    return [Error(text, hint="A .p12 or .pfx file with certificate and key.", id="documents.E001")]


@lru_cache(maxsize=2)
def _signer(path: str, password: str) -> Any:
    """None if the file is not there, no PKCS #12, or locked with another password."""
    from pyhanko.sign import signers  # see above

    return signers.SimpleSigner.load_pkcs12(path, passphrase=password.encode() or None)
