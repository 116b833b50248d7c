"""REST methods of a portal that are about the app itself: who, what, options, handlers, notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from storefront.sandbox.bitrix24.events import EventQueue
from storefront.sandbox.bitrix24.records import App, Portal, User
from storefront.sandbox.bitrix24.world import World

PLACEMENTS = ["DEFAULT", "LEFT_MENU", "REST_APP_URI", "PAGE_BACKGROUND_WORKER", "USER_PROFILE_MENU"]


class RestError(Exception):
    """An error answer: HTTP status, the vendor's code, a description."""

    def __init__(self, status: int, code: str, description: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.description = description or code


@dataclass
class Caller:
    """Who calls: a user through an app, or (``app`` None) through an inbound webhook."""

    world: World
    portal: Portal
    user: User
    app: App | None
    events: EventQueue

    def need_app(self) -> App:
        if self.app is None:
            raise RestError(403, "WRONG_AUTH_TYPE", "Application context required")
        return self.app

    def need_admin(self) -> None:
        if not self.user.is_admin:
            raise RestError(403, "ACCESS_DENIED", "Access denied!")


#: Entries on one page of a list.
PAGE = 50


@dataclass(frozen=True)
class Listing:
    """One page of a list: ``result`` with up to PAGE entries of ``total``, from number ``start`` on."""

    result: dict[str, Any]
    total: int
    start: int

    @property
    def following(self) -> int | None:
        """Where the next page starts, None if this is the last one."""
        return self.start + PAGE if self.start + PAGE < self.total else None


Method = Callable[[Caller, dict[str, Any]], Any]


def profile(caller: Caller, params: dict[str, Any]) -> dict[str, Any]:
    return {"ID": str(caller.user.id), "ADMIN": caller.user.is_admin, "NAME": caller.user.name, "LAST_NAME": ""}


def user_current(caller: Caller, params: dict[str, Any]) -> dict[str, Any]:
    return {"ID": str(caller.user.id), "NAME": caller.user.name, "ACTIVE": True, "USER_TYPE": "employee"}


def user_admin(caller: Caller, params: dict[str, Any]) -> bool:
    return caller.user.is_admin


def server_time(caller: Caller, params: dict[str, Any]) -> str:
    return datetime.fromtimestamp(caller.world.now(), UTC).isoformat(timespec="seconds")


def scope(caller: Caller, params: dict[str, Any]) -> list[str]:
    return caller.app.scope.split(",") if caller.app else ["crm"]


def app_info(caller: Caller, params: dict[str, Any]) -> dict[str, Any]:
    """The portal's shape, which differs from the authorization server's."""
    if caller.app is None:
        return {"SCOPE": ["crm"], "LICENSE": f"en_{caller.portal.plan}"}
    install = caller.portal.installs[caller.app.code]
    return {
        "ID": 5,
        "CODE": caller.app.market_code,
        "VERSION": install.version,
        "STATUS": caller.app.status,
        "INSTALLED": install.is_installed,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": caller.portal.language,
        "LICENSE": f"en_{caller.portal.plan}",
        "LICENSE_TYPE": caller.portal.plan,
        "LICENSE_FAMILY": caller.portal.plan,
    }


def option_get(caller: Caller, params: dict[str, Any]) -> Any:
    options = caller.portal.options.get(caller.need_app().code, {})
    if "option" in params:
        return options.get(params["option"])
    return dict(options) or []


def option_set(caller: Caller, params: dict[str, Any]) -> bool:
    app = caller.need_app()
    caller.need_admin()
    if not isinstance(params.get("options"), dict) or not params["options"]:
        raise RestError(400, "ERROR_ARGUMENT", "Argument 'options' is null or empty")
    caller.portal.options.setdefault(app.code, {}).update(params["options"])
    return True


def _bind(rows: list[dict[str, str]], row: dict[str, str]) -> bool:
    if not row["handler"]:
        raise RestError(400, "ERROR_ARGUMENT", "Argument 'handler' is null or empty")
    if row in rows:
        raise RestError(400, "ERROR_CORE", "Unable to set handler: Handler already bound")
    rows.append(row)
    return True


def event_bind(caller: Caller, params: dict[str, Any]) -> bool:
    install = caller.portal.installs[caller.need_app().code]
    caller.need_admin()
    row = {"event": str(params.get("event", "")).upper(), "handler": str(params.get("handler", ""))}
    return _bind(install.handlers, row)


def event_get(caller: Caller, params: dict[str, Any]) -> list[dict[str, str]]:
    return caller.portal.installs[caller.need_app().code].handlers


def event_unbind(caller: Caller, params: dict[str, Any]) -> dict[str, int]:
    install = caller.portal.installs[caller.need_app().code]
    event = str(params.get("event", "")).upper()
    kept = [row for row in install.handlers if row["event"] != event or row["handler"] != params.get("handler")]
    removed, install.handlers = len(install.handlers) - len(kept), kept
    return {"count": removed}


def event_test(caller: Caller, params: dict[str, Any]) -> bool:
    data = {key: value for key, value in params.items() if key not in ("auth", "access_token")}
    caller.events.send("ONAPPTEST", caller.portal, caller.need_app(), {"QUERY": data})
    return True


def placement_bind(caller: Caller, params: dict[str, Any]) -> bool:
    install = caller.portal.installs[caller.need_app().code]
    caller.need_admin()
    place = str(params.get("PLACEMENT", ""))
    if place not in PLACEMENTS:
        raise RestError(400, "ERROR_PLACEMENT_NOT_FOUND", "Placement not found")
    if place == "REST_APP_URI" and any(row["placement"] == place for row in install.placements):
        raise RestError(400, "ERROR_PLACEMENT_MAX_COUNT", "Placement max count")
    row = {"placement": place, "handler": str(params.get("HANDLER", "")), "title": str(params.get("TITLE", ""))}
    return _bind(install.placements, row)


def placement_get(caller: Caller, params: dict[str, Any]) -> list[dict[str, str]]:
    return caller.portal.installs[caller.need_app().code].placements


def placement_list(caller: Caller, params: dict[str, Any]) -> list[str]:
    return list(PLACEMENTS)


def placement_unbind(caller: Caller, params: dict[str, Any]) -> dict[str, int]:
    install = caller.portal.installs[caller.need_app().code]
    kept = [row for row in install.placements if row["placement"] != params.get("PLACEMENT")]
    removed, install.placements = len(install.placements) - len(kept), kept
    return {"count": removed}


def notify(caller: Caller, params: dict[str, Any]) -> int:
    """A notice for one user; the same TAG replaces the older one."""
    app = caller.need_app()
    if not str(params.get("USER_ID", "")).isdigit():
        raise RestError(400, "USER_ID_EMPTY", "User ID can't be empty")
    if not params.get("MESSAGE"):
        raise RestError(400, "MESSAGE_EMPTY", "Message can't be empty")
    notices, tag = caller.portal.notifications, params.get("TAG", "")
    if tag:
        notices[:] = [notice for notice in notices if (notice["tag"], notice["app"]) != (tag, app.code)]
    number = caller.portal.take_id()
    notices.append(
        {
            "id": number,
            "app": app.code,
            "user_id": int(params["USER_ID"]),
            "message": str(params["MESSAGE"]),
            "message_out": str(params.get("MESSAGE_OUT", "")),
            "tag": tag,
        }
    )
    return number


def all_methods(caller: Caller, params: dict[str, Any]) -> list[str]:
    return sorted(METHODS)


# name: (scope it needs, function)
METHODS: dict[str, tuple[str, Method]] = {
    "profile": ("", profile),
    "user.current": ("user_brief", user_current),
    "user.admin": ("", user_admin),
    "server.time": ("", server_time),
    "scope": ("", scope),
    "methods": ("", all_methods),
    "app.info": ("", app_info),
    "app.option.get": ("", option_get),
    "app.option.set": ("", option_set),
    "event.bind": ("", event_bind),
    "event.get": ("", event_get),
    "event.unbind": ("", event_unbind),
    "event.test": ("", event_test),
    "placement.bind": ("placement", placement_bind),
    "placement.get": ("placement", placement_get),
    "placement.list": ("placement", placement_list),
    "placement.unbind": ("placement", placement_unbind),
    "im.notify.system.add": ("im", notify),
}
