"""What proves Sberbank's callbacks: the worked example of a symmetric checksum, and signatures by the bank's key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from storefront.gateways.errors import ConfigurationError, InvalidSignature
from storefront.gateways.payments.sberbank import Gateway

#: Computed apart from any code here, with the key ``sber-key``.
EXAMPLE = (
    b"mdOrder=3ff6962a-7dcc-4283-ab50-a6d7dd3386fe&orderNumber=123&operation=deposited&status=1&amount=9990"
    b"&checksum=5888687529CF582835DA91B281F27622C2430E9CF57970D41BD83774574EBF4E"
)
NOW = datetime(2026, 11, 29, tzinfo=UTC)


def gateway(**options: Any) -> Gateway:
    return Gateway(user_name="shop-api", password="a-password", **options)


def taken(body: bytes, **options: Any) -> bool:
    try:
        gateway(**options).parse_webhook(body, {}, now=NOW)
    except InvalidSignature:
        return False
    return True


def test_the_worked_example_is_proven_in_any_order_and_case() -> None:
    pairs = EXAMPLE.split(b"&")
    mac = pairs[-1].partition(b"=")[2]
    for body in (EXAMPLE, b"&".join(reversed(pairs)), EXAMPLE.replace(mac, mac.lower()), EXAMPLE + b"&sign_alias=one"):
        assert taken(body, callback_keys=["sber-key"])


@pytest.mark.parametrize(
    "body",
    [
        EXAMPLE.replace(b"9990", b"9991"), EXAMPLE.replace(b"5888", b"5889"), EXAMPLE + b"&more=1",
        EXAMPLE.rpartition(b"&")[0], EXAMPLE.replace(b"5888", b"%C3%A9"), EXAMPLE.replace(b"status=1&", b""),
    ],
)  # fmt: skip
def test_anything_else_is_not(body: bytes) -> None:
    assert not taken(body, callback_keys=["sber-key"])


@pytest.fixture
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certified(key: Any, at: Path) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sberbank callbacks")])
    built = x509.CertificateBuilder(name, name, key.public_key(), 7, NOW, NOW + timedelta(days=9))
    at.write_bytes(built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return str(at)


def by_rsa(key: rsa.RSAPrivateKey) -> bytes:
    text = b"amount;9990;mdOrder;3ff6962a;operation;deposited;orderNumber;123;status;1;"
    mac = key.sign(text, padding.PKCS1v15(), hashes.SHA512()).hex().upper()
    return b"amount=9990&mdOrder=3ff6962a&operation=deposited&orderNumber=123&status=1&checksum=" + mac.encode()


def test_a_signature_is_proven_by_the_banks_certificate_alone(key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    certificate, body = certified(key, tmp_path / "bank.pem"), by_rsa(key)
    assert taken(body, callback_certificate=certificate)
    assert not taken(body.replace(b"9990", b"9991"), callback_certificate=certificate)
    assert not taken(by_rsa(rsa.generate_private_key(65537, 2048)), callback_certificate=certificate)
    assert taken(EXAMPLE, callback_certificate=certificate, callback_keys=["sber-key"])
    assert not taken(EXAMPLE, callback_certificate=certificate)


def test_a_bare_public_key_will_do_and_no_other_file(key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    assert taken(by_rsa(key), callback_certificate=str(file))
    file.write_text("nonsense")
    other = certified(ec.generate_private_key(ec.SECP256R1()), tmp_path / "ec.pem")
    for wrong in (str(file), other, str(tmp_path / "missing.pem")):
        with pytest.raises(ConfigurationError):
            gateway(callback_certificate=wrong)
    with pytest.raises(ConfigurationError):
        gateway(ca_file=str(tmp_path / "missing.pem"))
