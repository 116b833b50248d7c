"""What people see of the stand-in: a small portal, plainly labelled as one of the sandbox."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

from storefront.sandbox.bitrix24 import launch as launching
from storefront.sandbox.bitrix24.app_life import AppLife
from storefront.sandbox.bitrix24.params import nested
from storefront.sandbox.bitrix24.records import Install, Portal
from storefront.sandbox.server import Request, Response

_STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_LINK = re.compile(r"\[URL=((?:[^\[\]\s]|\[[^\[\]\s]*\])+)\](.*?)\[/URL\]", re.IGNORECASE | re.DOTALL)


def static_file(request: Request) -> Response:
    name = request.params["name"]
    path = _STATIC / ("bx24.js" if name.startswith("api/") else name.removeprefix("static/"))
    if not path.is_file():
        return Response({"error": "not found"}, 404)
    return Response(path.read_bytes(), 200, {"Content-Type": _TYPES[path.suffix], "Cache-Control": "no-store"})


def _document(title: str, body: str, status: int = 200) -> Response:
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/static/portal.css"></head>
<body>{body}</body></html>"""
    return Response(page, status, {"Cache-Control": "no-store", "Content-Type": "text/html; charset=utf-8"})


def _button(action: str, label: str, fields: dict[str, Any], style: str = "") -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(str(value))}">' for name, value in fields.items()
    )
    return (
        f'<form method="post" action="/actions/{action}" class="inline">{hidden}'
        f'<button class="{style}">{escape(label)}</button></form>'
    )


def _layout(portal: Portal, title: str, content: str, hub: AppLife | None = None, status: int = 200) -> Response:
    user = portal.user(portal.current_user_id)
    links = [
        ("/", "Apps"),
        ("/notifications/", f"Notifications ({len(portal.notifications)})"),
        ("/options/", "Options"),
    ]
    apps = hub.world.apps if hub else {}
    market = [(f"/app/{code}/", apps[code].name) for code in portal.installs if code in apps]
    menu = "".join(f'<li><a href="{escape(path)}">{escape(label)}</a></li>' for path, label in links)
    own = "".join(f'<li><a href="{escape(path)}">{escape(label)}</a></li>' for path, label in market)
    others = "".join(
        _button("user", f"Become {other.name}", {"user": other.id}, "quiet")
        for other in portal.users
        if other.is_active and other.id != portal.current_user_id
    )
    role = "administrator" if user and user.is_admin else "employee"
    body = f"""
<aside><p class="brand">{escape(portal.name)}</p><p class="label">Sandbox portal</p>
<nav aria-label="Portal"><ul>{menu}</ul>
<h2>Market apps</h2><ul>{own or "<li>None installed</li>"}</ul></nav>
<div class="who"><p>You are <b>{escape(user.name if user else "nobody")}</b> ({role})</p>{others}</div></aside>
<main><h1>{escape(title)}</h1>{content}</main>"""
    return _document(f"{title} - {portal.name} (sandbox)", body, status)


def problem(portal: Portal, message: str, status: int) -> Response:
    return _layout(portal, "Not possible", f"<p>{escape(message)}</p>", status=status)


def apps(hub: AppLife, portal: Portal, request: Request) -> Response:
    rows = []
    for code, app in hub.world.apps.items():
        install = portal.installs.get(code)
        cells = f"<td>{_state(install)}</td><td>{_app_buttons(code, install)}</td>"
        rows.append(f'<tr><th scope="row">{escape(app.name)}</th>{cells}</tr>')
    plan = "Give the portal a paid plan" if portal.plan == "free" else "Put the portal on the free plan (no REST)"
    people = "".join(
        f"<li>{escape(user.name)}{' (administrator)' if user.is_admin else ''} "
        + (_button("dismiss", "Dismiss", {"user": user.id}, "quiet") if user.is_active else "- dismissed")
        + "</li>"
        for user in portal.users
    )
    content = f"""
<table><thead><tr><th scope="col">App</th><th scope="col">State</th><th scope="col"></th></tr></thead>
<tbody>{"".join(rows)}</tbody></table>
<h2>This portal</h2>
<dl><dt>Address</dt><dd><code>{escape(portal.host)}</code></dd><dt>member_id</dt><dd><code>{portal.member_id}</code></dd>
<dt>Plan</dt><dd>{escape(portal.plan)}</dd></dl>
<p>{_button("rename", "Rename portal (moves it to a new address)", {})} {_button("plan", plan, {})}</p>
<h2>People</h2><ul>{people}</ul>"""
    return _layout(portal, "Apps", content, hub)


def _state(install: Install | None) -> str:
    if install is None:
        return "Not installed"
    note = {"install": "installation not finished", "update": "update not finished", "": "installed"}[install.pending]
    return f"Version {install.version}, {note}"


def _app_buttons(code: str, install: Install | None) -> str:
    if install is None:
        return _button("install", "Install", {"app": code}, "primary")
    start = f'<a class="button" href="/app/{escape(code)}/">Open</a>'
    if install.pending:
        start = f'<a class="button" href="/app/{escape(code)}/install/">Finish installation</a>'
    return (
        start
        + _button("update", "Update", {"app": code})
        + _button("uninstall", "Uninstall", {"app": code})
        + _button("uninstall", "Uninstall and delete data", {"app": code, "clean": 1}, "quiet")
    )


def notifications(hub: AppLife, portal: Portal, request: Request) -> Response:
    items = []
    for notice in reversed(portal.notifications):
        user = portal.user(notice["user_id"])
        items.append(
            f"<li><p>{_bb_code(notice['message'])}</p><small>to {escape(user.name if user else '?')}, "
            f"from {escape(notice['app'])}</small></li>"
        )
    return _layout(portal, "Notifications", f'<ul class="cards">{"".join(items) or "<li>None yet</li>"}</ul>', hub)


def _bb_code(message: str) -> str:
    """Links only; anything but a path of the portal or a web address stays text."""

    def link(match: re.Match[str]) -> str:
        address = match[1] if re.match(r"/[^/]|https?://", match[1]) else "#"
        return f'<a href="{address}">{match[2]}</a>'

    return _LINK.sub(link, escape(message)).replace("\n", "<br>").replace("[br]", "<br>")


def options(hub: AppLife, portal: Portal, request: Request) -> Response:
    parts = [
        f"<h2>{escape(code)}</h2><pre>{escape(json.dumps(values, indent=2, ensure_ascii=False))}</pre>"
        for code, values in portal.options.items()
    ]
    return _layout(portal, "App options", "".join(parts) or "<p>No app has stored anything.</p>", hub)


def app(hub: AppLife, portal: Portal, request: Request) -> Response:
    """An installed app in its frame. ``params[...]`` of the address reach the app as placement options."""
    code = request.params["code"]
    install, user = portal.installs[code], portal.user(portal.current_user_id)
    if not install.is_installed:
        if user and user.is_admin:
            return _frame(hub, portal, code, request, to_installer=True)
        return _layout(portal, hub.world.apps[code].name, "<p>This app is not fully installed yet.</p>", hub)
    given = nested(list(request.query.items())).get("params")
    values = given if isinstance(given, dict) else {}
    has_deep_link = any(row["placement"] == "REST_APP_URI" for row in install.placements)
    placement = "REST_APP_URI" if values and has_deep_link else "DEFAULT"
    if placement == "REST_APP_URI":
        values = {"URI": "/notifications/", **values}  # the page whose link was followed
    return _frame(hub, portal, code, request, placement=placement, values=values)


def marketplace_view(hub: AppLife, portal: Portal, request: Request) -> Response:
    """An app by its symbolic code in the vendor's cabinet, or by the client_id of a local one: no other name of it.

    https://apidocs.bitrix24.com/api-reference/widgets/universal/app-url.html
    """
    request.params["code"] = hub.world.app_by_market_code(request.params["market_code"]).code
    return app(hub, portal, request)


def installer(hub: AppLife, portal: Portal, request: Request) -> Response:
    """The installer page of an app in its frame."""
    user = portal.user(portal.current_user_id)
    if not (user and user.is_admin):
        return problem(portal, "Only an administrator can install apps.", 403)
    return _frame(hub, portal, request.params["code"], request, to_installer=True)


def _frame(
    hub: AppLife,
    portal: Portal,
    code: str,
    request: Request,
    *,
    to_installer: bool = False,
    placement: str = "DEFAULT",
    values: dict[str, Any] | None = None,
) -> Response:
    """DOMAIN is the name in the visitor's address bar, as PHP's HTTP_HOST has it."""
    app_config = hub.world.apps[code]
    launch = launching.build(
        hub.world, hub.base_url, portal, app_config, portal.current_user_id,
        to_installer=to_installer, placement=placement, options=values,
        opened_at=f"http://{request.headers.get('host', portal.host)}",
    )  # fmt: skip
    data = _init_data(portal, code, launch, to_installer)
    frame = {"sid": launch.query["APP_SID"], "base": f"/app/{code}", "data": data}
    # "<" is written as an escape so that no value can end the script element.
    encoded = json.dumps(frame).replace("<", "\\u003c")
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in launch.form.items()
    )
    content = f"""
<form id="launch" method="post" action="{escape(launch.url)}" target="{escape(launch.frame_name)}">{fields}
<noscript><button class="primary">Open the app</button></noscript></form>
<iframe id="app" name="{escape(launch.frame_name)}" title="{escape(app_config.name)}"></iframe>
<script type="application/json" id="frame-data">{encoded}</script>
<script src="/static/frame.js" defer></script>"""
    title = f"Install {app_config.name}" if to_installer else app_config.name
    return _layout(portal, title, content, hub)


def _init_data(portal: Portal, code: str, launch: launching.Launch, to_installer: bool) -> dict[str, Any]:
    """What the page in the frame is told when it asks for ``getInitData``."""
    user = portal.user(portal.current_user_id)
    return {
        **{
            key: launch.form[key] for key in ("AUTH_ID", "REFRESH_ID", "AUTH_EXPIRES", "PLACEMENT", "PLACEMENT_OPTIONS")
        },
        **{key: launch.query[key] for key in ("DOMAIN", "PROTOCOL", "LANG")},
        "PATH": "/rest",
        "MEMBER_ID": portal.member_id,
        "IS_ADMIN": bool(user and user.is_admin),
        "APP_OPTIONS": portal.options.get(code, {}),
        "USER_OPTIONS": {},
        "INSTALL": to_installer,
        "FIRST_RUN": to_installer,
    }


def oauth_home(hub: AppLife) -> Response:
    """The base port's front page: where the portals are."""
    portals = "".join(
        f'<li><a href="http://{escape(portal.host)}/">{escape(portal.name)}</a> <code>{escape(portal.host)}</code></li>'
        for portal in hub.world.portals.values()
    )
    body = f"<main><h1>Sandbox Bitrix24</h1><p>Authorization server of these portals:</p><ul>{portals}</ul></main>"
    return _document("Sandbox Bitrix24", body)
