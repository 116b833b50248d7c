"""One portal at one port: REST for apps, pages for people. A port the portal has left only redirects."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from storefront.sandbox.bitrix24 import pages
from storefront.sandbox.bitrix24.app_life import AppLife
from storefront.sandbox.bitrix24.records import Portal
from storefront.sandbox.server import Request, Response, StandIn, redirect

_METHOD = r"(?P<name>[A-Za-z0-9_.]+?)(?:\.json|\.xml)?/?"


class PortalSite(StandIn):
    """``hub`` holds the state; this is only the door at one address."""

    def __init__(self, hub: AppLife, member_id: str, port: int) -> None:
        super().__init__(port=port)
        self._hub = hub
        self._member_id = member_id
        for method in ("GET", "POST"):
            self.route(method, rf"/rest/(?P<user>\d+)/(?P<secret>[^/]+)/{_METHOD}", self._rest)
            self.route(method, rf"/rest/{_METHOD}", self._rest)
        self.route("GET", "/oauth/authorize/?", self._authorize)
        self.route("GET", r"/(?P<name>api/v1/?|static/[a-z0-9]+\.(?:css|js))", pages.static_file)
        self.route("GET", "/", self._page(pages.apps))
        self.route("GET", "/notifications/", self._page(pages.notifications))
        self.route("GET", "/options/", self._page(pages.options))
        self.route("GET", "/app/(?P<code>[^/]+)/", self._page(pages.app))
        self.route("GET", "/app/(?P<code>[^/]+)/install/", self._page(pages.installer))
        self.route("GET", "/marketplace/view/(?P<market_code>[^/]+)/", self._page(pages.marketplace_view))
        self.route("POST", "/app/(?P<code>[^/]+)/finish", self._own(self._finish))
        self.route("POST", "/app/(?P<code>[^/]+)/token", self._own(self._token))
        self.route("POST", "/app/(?P<code>[^/]+)/option", self._own(self._option))
        self.route("POST", "/actions/(?P<name>[a-z]+)", self._own(self._action))

    @property
    def portal(self) -> Portal:
        return self._hub.world.portals[self._member_id]

    def dispatch(self, request: Request) -> Response:
        entry = self._hub.traffic.record("portal", f"{self.host}:{self.port}", request)
        if self.port != self.portal.ports[0]:
            query = f"?{request.raw_query}" if request.raw_query else ""
            response = redirect(f"http://{self.portal.host}{request.path}{query}", 302)
        else:
            try:
                response = super().dispatch(request)
            except KeyError as missing:
                response = pages.problem(self.portal, f"There is no {missing.args[0]!r} here.", 404)
            except ValueError as wrong:
                response = pages.problem(self.portal, str(wrong), 400)
        entry["status"] = response.status
        return response

    def not_found(self, request: Request) -> Response:
        if request.path.startswith("/rest/"):
            return Response({"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"}, 404)
        return pages.problem(self.portal, "There is no such page.", 404)

    def _rest(self, request: Request) -> Response:
        name, portal = request.params["name"].lower(), self.portal
        webhook = (request.params["user"], request.params["secret"]) if "secret" in request.params else None
        return self._hub.traffic.faulty(
            name, portal.name, lambda fault: self._hub.rest.answer(portal, request, name, webhook)
        )

    def _authorize(self, request: Request) -> Response:
        """The code flow: whoever is logged in here goes back to the app with a one-time code."""
        app, portal = self._hub.world.app_by_client(request.query.get("client_id", "")), self.portal
        # Failures are shown here; nothing is reported back to the app.
        if app is None or app.code not in portal.installs:
            return pages.problem(portal, "This application is not installed here.", 404)
        query = {
            "code": self._hub.issue_code(portal.name, app.code, portal.current_user_id),
            "state": request.query.get("state", ""),
            "domain": portal.host,
            "member_id": portal.member_id,
            "scope": app.scope,
            "server_domain": self._hub.base_url.removeprefix("http://"),
        }
        return redirect(f"{app.redirect_uri or app.app_url}?{urlencode(query)}", 302)

    def _page(self, build: Callable[[AppLife, Portal, Request], Response]) -> Callable[[Request], Response]:
        return lambda request: build(self._hub, self.portal, request)

    def _own(self, handler: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """Refuse forms that were posted from another site."""

        def guarded(request: Request) -> Response:
            own = f"http://{request.headers.get('host', '')}"
            if request.headers.get("origin", own) != own:
                return Response({"error": "foreign origin"}, 403)
            return handler(request)

        return guarded

    def _finish(self, request: Request) -> Response:
        self._hub.finish(self.portal.name, request.params["code"])
        return Response({"result": True})

    def _token(self, request: Request) -> Response:
        launch = self._hub.issue_token(self.portal.name, request.params["code"], self.portal.current_user_id)
        return Response({key: launch.form[key] for key in ("AUTH_ID", "REFRESH_ID", "AUTH_EXPIRES")})

    def _option(self, request: Request) -> Response:
        with self._hub.world.lock:
            user = self.portal.user(self.portal.current_user_id)
            if user is None or not user.is_admin:
                return Response({"error": "ACCESS_DENIED"}, 403)
            self.portal.options.setdefault(request.params["code"], {}).update(request.json())
            self._hub.world.save()
        return Response({"result": True})

    def _action(self, request: Request) -> Response:
        form, portal, hub = dict(request.form), self.portal, self._hub
        code = form.get("app", "")
        needs_admin = request.params["name"] in ("install", "update", "uninstall", "rename", "dismiss", "plan")
        user = portal.user(portal.current_user_id)
        if needs_admin and not (user and user.is_admin):
            return pages.problem(portal, "Only an administrator of this portal can do that.", 403)
        match request.params["name"]:
            case "install":
                hub.install(portal.name, code, finish=False)
                return redirect(f"/app/{code}/install/" if hub.world.apps[code].install_url else "/")
            case "update":
                hub.update(portal.name, code, finish=not hub.world.apps[code].install_url)
                return redirect(f"/app/{code}/install/" if portal.installs[code].pending else "/")
            case "uninstall":
                hub.uninstall(portal.name, code, clean=form.get("clean") == "1")
            case "rename":
                return redirect(f"http://{hub.rename(portal.name)}/")
            case "dismiss":
                hub.dismiss(portal.name, int(form.get("user", "0")))
            case "plan":
                hub.set_plan(portal.name, "std" if portal.plan == "free" else "free")
            case "user":
                portal.current_user_id = int(form.get("user", "1"))
                hub.world.save()
            case _:
                return self.not_found(request)
        return redirect("/")
