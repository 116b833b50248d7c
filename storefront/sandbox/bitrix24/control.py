"""The stand-in's own buttons over HTTP: ``/_control/<name>``, GET to look, POST (JSON) to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from storefront.sandbox.server import Request, Response

if TYPE_CHECKING:
    from storefront.sandbox.bitrix24.stand_in import Bitrix24StandIn


def add_control_routes(stand_in: Bitrix24StandIn) -> None:
    """Every action has the name and the arguments of the method behind it."""
    actions, views = _actions(stand_in), _views(stand_in)

    def act(request: Request) -> Response:
        action = actions.get(request.params["name"])
        if action is None:
            return Response({"error": "unknown action", "known": sorted(actions)}, 404)
        # A form on some other page could post here, but not as JSON.
        if not request.headers.get("content-type", "").startswith("application/json"):
            return Response({"error": "send JSON"}, 415)
        try:
            return Response({"result": action(**request.json())})
        except KeyError as missing:
            return Response({"error": f"there is no {missing}"}, 404)
        except (TypeError, ValueError, json.JSONDecodeError) as wrong:
            return Response({"error": str(wrong)}, 400)

    def look(request: Request) -> Response:
        view = views.get(request.params["name"])
        if view is None:
            return Response({"error": "unknown view", "known": sorted(views)}, 404)
        try:
            return Response({"result": view(request)})
        except KeyError as missing:
            return Response({"error": f"there is no {missing}"}, 404)

    stand_in.route("POST", "/_control/(?P<name>[a-z_]+)/?", act)
    stand_in.route("GET", "/_control/(?P<name>[a-z_]+)/?", look)


def _actions(stand_in: Bitrix24StandIn) -> dict[str, Callable[..., Any]]:
    return {
        "install": stand_in.install,
        "finish": stand_in.finish,
        "uninstall": stand_in.uninstall,
        "update": stand_in.update,
        "rename": stand_in.rename,
        "dismiss": stand_in.dismiss,
        "set_plan": stand_in.set_plan,
        "register_as": stand_in.register_as,
        "issue_token": lambda **arguments: asdict(stand_in.issue_token(**arguments)),
        "issue_code": stand_in.issue_code,
        "advance": stand_in.advance,
        "fault": stand_in.fault,
        "release_events": stand_in.events.release,
        "reset": stand_in.reset,
    }


def _views(stand_in: Bitrix24StandIn) -> dict[str, Callable[[Request], Any]]:
    return {
        "portals": lambda request: stand_in.world.summary(),
        "requests": lambda request: stand_in.requests,
        "secret_leaks": lambda request: stand_in.secret_leaks,
        "deliveries": lambda request: [asdict(delivery) for delivery in stand_in.deliveries()],
        "notifications": lambda request: stand_in.notifications(request.query.get("portal", "")),
        "options": lambda request: stand_in.options(request.query.get("portal", ""), request.query.get("app", "")),
    }
