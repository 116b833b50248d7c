"""The certificates that PayPal signs its messages with, fetched from PayPal alone and kept.

https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverificationmethod
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from storefront.gateways.errors import InvalidSignature, Unavailable
from storefront.gateways.http import HttpClient

#: A message names its certificate: only these hosts and paths are asked, so nobody can have us ask elsewhere.
PAYPAL_HOST = re.compile(r"([a-z0-9-]+\.)+paypal\.com")
PATH = re.compile(r"/v1/notifications/certs/CERT-[A-Za-z0-9-]{1,100}")
MOST_KEPT = 16
#: How long PayPal is not asked again for a certificate that it does not have, and for how many of them.
UNKNOWN_FOR, MOST_UNKNOWN = timedelta(minutes=1), 256


class Certificates:
    """``also_from``: origins allowed beside PayPal's hosts (a stand-in's on loopback); without trailing slash."""

    def __init__(self, http: HttpClient, *, also_from: tuple[str, ...] = ()) -> None:
        self._http, self._also_from = http, also_from
        self._kept: OrderedDict[str, x509.Certificate] = OrderedDict()
        self._unknown: OrderedDict[str, datetime] = OrderedDict()  # until when
        self._lock = threading.Lock()

    def key(self, url: str, *, now: datetime) -> RSAPublicKey:
        """The public key of the certificate at ``url``, if it is good at ``now`` (aware).

        Raises InvalidSignature for an address that is not PayPal's and a certificate that cannot be used, Unavailable
        if PayPal does not give it.
        """
        found = self._kept.get(url) or self._fetch(url, now)
        key = found.public_key()
        is_good = found.not_valid_before_utc <= now <= found.not_valid_after_utc
        if not is_good or not isinstance(key, RSAPublicKey) or key.key_size < 2048:
            raise InvalidSignature("PayPal's certificate is not good now", code="certificate")
        return key

    def _fetch(self, url: str, now: datetime) -> x509.Certificate:
        try:
            parts = urlsplit(url)
            origin = f"{parts.scheme}://{parts.netloc}"
            is_paypal = parts.scheme == "https" and PAYPAL_HOST.fullmatch(parts.netloc) is not None
        except ValueError:
            raise InvalidSignature("no address of a certificate", code="certificate_address") from None
        if not (is_paypal or origin in self._also_from) or not PATH.fullmatch(parts.path) or "?" in url or "#" in url:
            raise InvalidSignature("the certificate is not at PayPal", code="certificate_address")
        if now < self._unknown.get(url, now):
            raise InvalidSignature("PayPal had no such certificate a moment ago", code="certificate_address")
        answer = self._http.request("GET", f"{origin}{parts.path}")
        if answer.status == 404:
            self._remember_unknown(url, now)
            raise InvalidSignature("PayPal has no such certificate", code="certificate_address")
        if answer.status != 200:
            raise Unavailable(f"PayPal does not give its certificate ({answer.status})", code="certificate")
        try:
            found = x509.load_pem_x509_certificate(answer.body)
        except ValueError as exc:
            raise Unavailable("PayPal's certificate cannot be read", code="certificate") from exc
        with self._lock:
            self._kept[url] = found
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    def _remember_unknown(self, url: str, now: datetime) -> None:
        with self._lock:
            self._unknown[url] = now + UNKNOWN_FOR
            while len(self._unknown) > MOST_UNKNOWN:
                self._unknown.popitem(last=False)
