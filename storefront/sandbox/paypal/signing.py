"""Signatures of messages (https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverificationmethod)."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ALGORITHM = "SHA256withRSA"


def new_key() -> str:
    """A private key, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@lru_cache(maxsize=1)
def process_key() -> str:
    """One for all stand-ins of a process that keep nothing: making one takes a third of a second."""
    return new_key()


def sign(pem: str, *, transmission: str, at: str, webhook_id: str, body: bytes) -> str:
    key = _loaded(pem)
    return base64.b64encode(
        key.sign(_message(transmission, at, webhook_id, body), padding.PKCS1v15(), hashes.SHA256())
    ).decode()


def is_signed(pem: str, signature: str, *, transmission: str, at: str, webhook_id: str, body: bytes) -> bool:
    message = _message(transmission, at, webhook_id, body)
    try:
        signed = base64.b64decode(signature, validate=True)
        _loaded(pem).public_key().verify(signed, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=8)
def certificate(pem: str, *, begins: datetime | None = None, days: int = 365) -> bytes:
    """A certificate for the key, signed by itself, as PEM; by default some months old."""
    begins = begins or datetime.now(UTC) - timedelta(days=100)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "messageverificationcerts.paypal.com")])
    key = _loaded(pem)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM)


@lru_cache(maxsize=8)
def _loaded(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


def _message(transmission: str, at: str, webhook_id: str, body: bytes) -> bytes:
    return f"{transmission}|{at}|{webhook_id}|{zlib.crc32(body)}".encode()
