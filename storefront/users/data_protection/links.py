"""The link that withdraws an erasure. It needs no log-in: whoever reads the mail may say no."""

from __future__ import annotations

from django.core import signing

from storefront.core.language import absolute_url
from storefront.users.models import DataRequest

_SIGNER = signing.Signer(sep=".", salt="users.data_protection.withdraw")


def withdraw_url(request: DataRequest) -> str:
    """Absolute, in the customer's language. Works as long as the request waits."""
    token = _SIGNER.sign(request.public_id)
    return absolute_url("erasure-withdraw", language=request.customer.language, token=token)


def read(token: str) -> DataRequest | None:
    """The request a link names, in whatever state; None for anything that we did not sign."""
    try:
        public_id = _SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    return DataRequest.objects.select_related("customer").filter(public_id=public_id).first()
