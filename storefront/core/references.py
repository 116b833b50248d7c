"""Random public references: unguessable, and readable aloud."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32: no I, L, O, U


def public_id() -> str:
    """A 128-bit random id for addresses and tokens (22 URL-safe characters)."""
    return secrets.token_urlsafe(16)


def human_number(prefix: str, *, groups: int = 2, size: int = 4) -> str:
    """A number a person can read over the phone, e.g. ``SO-7K3M-9QXD`` (40 bits: for names, never for access)."""
    parts = ["".join(secrets.choice(ALPHABET) for _ in range(size)) for _ in range(groups)]
    return "-".join([prefix, *parts])
