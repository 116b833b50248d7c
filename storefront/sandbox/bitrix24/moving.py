"""State that was made while the stand-ins and the shop listened on other ports."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from storefront.sandbox.bitrix24.world import World


def follow_ports(world: World, first_port: int) -> None:
    """Give the portals the ports from ``first_port`` on, in the order they had, and let what they call in the shop
    follow it to its present address."""
    had = [port for portal in world.portals.values() for port in portal.ports]
    shift = first_port - min(had, default=first_port)
    for portal in world.portals.values():
        portal.ports = [port + shift for port in portal.ports]
        for code, install in portal.installs.items():
            if code in world.apps:
                for entry in [*install.handlers, *install.placements]:
                    entry.update({key: _at(value, world.apps[code].app_url) for key, value in entry.items()})


def _at(value: str, shop: str) -> str:
    """An address on this machine with the origin of the shop; anything else as it is."""
    parts = urlsplit(value)
    if parts.hostname != "127.0.0.1":
        return value
    return urlunsplit(urlsplit(shop)._replace(path=parts.path, query=parts.query, fragment=parts.fragment))
