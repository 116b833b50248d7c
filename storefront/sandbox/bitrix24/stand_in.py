"""The stand-in itself: one authorization server and any number of portals, each at its own loopback port."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from storefront.sandbox.bitrix24 import launch as launching
from storefront.sandbox.bitrix24.app_life import AppLife
from storefront.sandbox.bitrix24.events import Delivery, EventQueue
from storefront.sandbox.bitrix24.faults import Fault, PortalFaults
from storefront.sandbox.bitrix24.launch import Launch
from storefront.sandbox.bitrix24.moving import follow_ports
from storefront.sandbox.bitrix24.oauth import OAuthRole
from storefront.sandbox.bitrix24.pages import oauth_home, static_file
from storefront.sandbox.bitrix24.portal_site import PortalSite
from storefront.sandbox.bitrix24.rest import RestRole
from storefront.sandbox.bitrix24.traffic import Traffic
from storefront.sandbox.bitrix24.world import World
from storefront.sandbox.control import Act, add_controls
from storefront.sandbox.server import Request, Response, StandIn


class Bitrix24StandIn(AppLife, StandIn):
    """Bitrix24 on loopback. The base port is the authorization server; portals listen on the ports after it.

    :param port: base port; portals take port+1, port+2, ...; 0 takes free ones
    :param apps: ``{code, client_id, client_secret, name, install_url, app_url, events_url}``, see ``world.App``
    :param portals: ``{name, member_id, users: [{id, name, admin}], plan}``, see ``world.Portal``
    :param state_path: file that keeps portals, installations and tokens between runs
    :param clock: seconds since 1970
    """

    def __init__(
        self,
        *,
        port: int = 0,
        apps: Iterable[Mapping[str, Any]] = (),
        portals: Iterable[Mapping[str, Any]] = (),
        state_path: str | Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(port=port)
        self._fixed_port = port
        self.world = World(apps, portals, state_path=Path(state_path) if state_path else None, clock=clock)
        self.faults = PortalFaults()
        self.events = EventQueue(self.world, self.faults, self.base_url)
        self.rest = RestRole(self.world, self.events)
        self.oauth = OAuthRole(self.world, self.base_url)
        self.traffic = Traffic(self.world, self.faults)
        self._sites: dict[int, PortalSite] = {}
        self._open_sites()
        self._add_oauth_routes()
        self.route("GET", "/", lambda request: oauth_home(self))
        self.route("GET", r"/(?P<name>api/v1/?|static/[a-z0-9]+\.(?:css|js))", static_file)
        self._add_controls()

    def _add_controls(self) -> None:
        reads: dict[str, Act] = {
            "portals": self.world.summary,
            "requests": lambda: self.requests,
            "secret_leaks": lambda: self.secret_leaks,
            "deliveries": lambda: [asdict(delivery) for delivery in self.deliveries()],
            "notifications": self.notifications,
            "options": self.options,
        }
        acts: dict[str, Act] = {
            "install": self.install,
            "finish": self.finish,
            "uninstall": self.uninstall,
            "update": self.update,
            "rename": self.rename,
            "dismiss": self.dismiss,
            "set_plan": self.set_plan,
            "register_as": self.register_as,
            "issue_token": lambda **arguments: asdict(self.issue_token(**arguments)),
            "issue_code": self.issue_code,
            "advance": self.advance,
            "fault": self.fault,
            "release_events": self.events.release,
            "reset": self.reset,
        }
        add_controls(self, reads=reads, acts=acts)

    def _add_oauth_routes(self) -> None:
        def token(request: Request) -> Response:
            return self._recorded(request, "oauth/token", lambda fault: self.oauth.token(request, fault))

        def app_info(request: Request) -> Response:
            return self._recorded(request, "oauth/app.info", lambda fault: self.oauth.app_info(request, fault))

        for method in ("GET", "POST"):
            self.route(method, "/oauth/token/?", token)
            self.route(method, r"/rest/app\.info(?:\.json)?/?", app_info)

    # Life

    def start(self) -> Self:
        super().start()
        self.events.start()
        for site in self._sites.values():
            site.start()
        return self

    def stop(self) -> None:
        self.traffic.stopping.set()
        self.events.stop()
        for site in self._sites.values():
            site.stop()
        super().stop()

    def _open_sites(self) -> None:
        if self._fixed_port:
            follow_ports(self.world, self._fixed_port + 1)
        for portal in self.world.portals.values():
            for old_port in list(portal.ports):
                self._sites[old_port] = PortalSite(self, portal.member_id, old_port)
        for portal in self.world.portals.values():
            if not portal.ports:
                portal.ports = [self._open_site(portal.member_id).port]

    def _open_site(self, member_id: str) -> PortalSite:
        """A new address for a portal, at the next port that nobody else has. Raises OSError if there is none."""
        after = max([self._fixed_port, *self._sites])
        for port in range(after + 1, after + 20) if self._fixed_port else (0,):
            try:
                site = PortalSite(self, member_id, port)
            except OSError:
                continue
            self._sites[site.port] = site
            return site
        raise OSError("no free port for a portal")

    @property
    def requests(self) -> list[dict[str, Any]]:
        """All requests of both roles so far, secrets masked."""
        return list(self.traffic.requests)

    @property
    def secret_leaks(self) -> list[dict[str, Any]]:
        """Requests to a portal that contained a client secret: must stay empty."""
        return list(self.traffic.secret_leaks)

    # What people and tests do

    def rename(self, portal: str) -> str:
        """Move a portal to a new address and return it; the old one redirects from now on."""
        with self.world.lock:
            place = self.portal(portal)
            site = self._open_site(place.member_id)
            place.ports.insert(0, site.port)
            self.world.save()
        site.start()
        return place.host

    def issue_token(
        self,
        portal: str,
        app: str,
        user: int | None = None,
        *,
        placement: str = "DEFAULT",
        options: Mapping[str, Any] | None = None,
        to_installer: bool = False,
        opened_at: str = "",
    ) -> Launch:
        """What the portal would post to the app if ``user`` (default: an admin) opened it now.

        ``opened_at``: origin under which they have the portal in their browser, default: its registered address.
        """
        place = self.portal(portal)
        if app not in place.installs:
            raise KeyError(app)
        user_id = user if user is not None else place.admin().id
        return launching.build(
            self.world, self.base_url, place, self.world.apps[app], user_id,
            to_installer=to_installer, placement=placement, options=options, opened_at=opened_at,
        )  # fmt: skip

    def advance(self, seconds: float) -> None:
        """Move the stand-in's clock."""
        with self.world.lock:
            self.world.clock_shift += seconds
            self.world.save()

    def fault(self, method: str, kind: str, *, times: int = 1, portal: str = "", **options: Any) -> None:
        """Ask for trouble, see ``faults.KINDS``. ``times`` -1 means from now on."""
        self.faults.add(Fault(method, kind, times, portal, options))

    def notifications(self, portal: str) -> list[dict[str, Any]]:
        return [dict(notice) for notice in self.portal(portal).notifications]

    def options(self, portal: str, app: str) -> dict[str, Any]:
        return dict(self.portal(portal).options.get(app, {}))

    def deliveries(self, *, wait: float = 10.0) -> list[Delivery]:
        """All events posted so far, after waiting for those under way."""
        self.events.wait(wait)
        return list(self.events.deliveries)

    def reset(self) -> None:
        """Forget everything but the configuration; addresses that came from renaming are closed."""
        with self.world.lock:
            self.faults.clear()
            self.traffic.clear()
            self.events.deliveries.clear()
            self.world.reset()
            kept = {portal.ports[0] for portal in self.world.portals.values()}
            closing = [self._sites.pop(port) for port in list(self._sites) if port not in kept]
            self.world.save()
        for site in closing:
            site.stop()

    def _recorded(self, request: Request, name: str, normal: Callable[[str], Response]) -> Response:
        entry = self.traffic.record("oauth", f"{self.host}:{self.port}", request)
        response = self.traffic.faulty(name, "", normal)
        entry["status"] = response.status
        return response
