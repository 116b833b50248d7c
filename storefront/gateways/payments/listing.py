"""What a provider lists beside charges that can be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnreadableCharge:
    """A charge of ours that the provider lists in a way nobody understands. ``provider_reference`` is what ``fetch``
    takes, ``charge_reference`` the provider's own number of it, "" if that cannot be read either."""

    provider_reference: str
    charge_reference: str = ""
