"""What licenses are tied to. A new kind is one module here and one entry in ``BINDINGS``."""

from __future__ import annotations

from storefront.licensing.bindings.base import Binding, LinkState, Step
from storefront.licensing.bindings.none import NoBinding
from storefront.licensing.bindings.portal import PortalBinding

__all__ = ["BINDINGS", "Binding", "LinkState", "Step", "binding_of"]

#: The kinds that the shop sells.
BINDINGS: dict[str, Binding] = {binding.kind: binding for binding in (NoBinding(), PortalBinding())}


def binding_of(kind: str) -> Binding:
    """The binding of a kind (``License.binding_kind``). Licenses of a kind that is not sold wait for staff."""
    return BINDINGS.get(kind) or Binding()
