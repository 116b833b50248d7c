"""Reading what portals and the vendor's event servers post to us. Shape only: nothing read here is proven."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from storefront.gateways.bitrix24 import values
from storefront.gateways.bitrix24.addresses import DEFAULT_ZONES
from storefront.gateways.bitrix24.failures import MalformedMessage
from storefront.gateways.bitrix24.records import AppEvent, LaunchData
from storefront.gateways.json_body import decode

#: No genuine message is longer (bytes).
MAX_MESSAGE = 64 * 1024
_MAX_FIELDS = 500
_MAX_DEPTH = 6
_KEY = re.compile(r"([^\[\]]{1,64})((?:\[[^\[\]]{0,64}\])*)")
_EVENT_NAME = re.compile(r"[A-Z][A-Z0-9_:]{2,63}")
_OPTIONAL_TOKEN = re.compile(r"(?:[0-9A-Za-z._-]{8,512})?")


def parse_event(
    body: bytes,
    *,
    content_type: str = "application/x-www-form-urlencoded",
    allow_loopback: bool = False,
    zones: Sequence[str] = DEFAULT_ZONES,
) -> AppEvent:
    """Read one event: ONAPPINSTALL, ONAPPUPDATE, ONAPPUNINSTALL, ONAPPPAYMENT or any other.

    The documentation shows fewer fields than are sent; both forms are accepted, and tokens may be absent.

    :param body: as received; form fields with brackets, or JSON if ``content_type`` says so
    :raises MalformedMessage: ``code`` names what is wrong
    """
    message = _decode(body, content_type)
    auth = values.mapping(message.get("auth"))
    name = values.text(message.get("event")).upper()
    if not _EVENT_NAME.fullmatch(name):
        raise MalformedMessage("event: no name", code="event")
    data = message.get("data")
    if not isinstance(data, dict) and data not in (None, "", []):
        raise MalformedMessage("event: data is no object", code="data")
    domain = values.portal_host(auth.get("domain"), allow_loopback=allow_loopback, zones=zones)
    return _event(name, domain, auth, values.mapping(data), _fingerprint(name, message, auth))


def parse_launch(query: Mapping[str, str], form: Mapping[str, str]) -> LaunchData:
    """Read what a portal posts into an app's frame. Raises ``MalformedMessage``; ``code`` names the field.

    https://apidocs.bitrix24.com/settings/oauth/simple-way.html
    """
    host = query.get("DOMAIN", "").lower()
    if values.plain_host(host) != host or not host:
        raise MalformedMessage("launch: no portal address", code="DOMAIN")
    if not values.TOKEN_SHAPE.fullmatch(form.get("AUTH_ID", "")):
        raise MalformedMessage("launch: no access token", code="AUTH_ID")
    return LaunchData(
        member_id=_member_id(form.get("member_id")),
        origin=f"{'http' if query.get('PROTOCOL') == '0' else 'https'}://{host}",
        access_token=form["AUTH_ID"],
        refresh_token=_token(form, "REFRESH_ID"),
        expires_in=values.number(form.get("AUTH_EXPIRES")) or 0,
        server_endpoint=values.text(form.get("SERVER_ENDPOINT", "")),
        application_token=_token(form, "APPLICATION_TOKEN"),
        scope=values.scope(form.get("APPLICATION_SCOPE", "")),
        status=values.text(form.get("status", ""), 16),
        language=_word(query.get("LANG", ""), 10),
        app_sid=_word(query.get("APP_SID", ""), 64),
        placement=_word(form.get("PLACEMENT", ""), 64) or "DEFAULT",
        placement_options=_options(form.get("PLACEMENT_OPTIONS", "")),
    )


def unbracket(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Rebuild nested objects from PHP's ``a[b][c]=1`` fields; a repeated field keeps its last value, as in PHP.

    :raises MalformedMessage: odd brackets, too deep, or one name used both as a value and as an object
    """
    result: dict[str, Any] = {}
    for key, value in pairs:
        match = _KEY.fullmatch(key)
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])] if match else []
        if not 0 < len(path) <= _MAX_DEPTH:
            raise MalformedMessage("form: field name is odd", code="field_name")
        node = result
        for part in path[:-1]:
            node = node.setdefault(part or str(len(node)), {})
            if not isinstance(node, dict):
                raise MalformedMessage("form: field is both value and object", code="field_name")
        last = path[-1] or str(len(node))
        if isinstance(node.get(last), dict):
            raise MalformedMessage("form: field is both value and object", code="field_name")
        node[last] = value
    return result


def _event(name: str, domain: str, auth: Mapping[str, Any], data: Mapping[str, Any], fingerprint: str) -> AppEvent:
    return AppEvent(
        name=name,
        member_id=_member_id(auth.get("member_id")),
        domain=domain,
        application_token=_token(auth, "application_token"),
        access_token=_token(auth, "access_token"),
        refresh_token=_token(auth, "refresh_token"),
        expires_at=values.moment(auth.get("expires")),
        user_id=values.number(auth.get("user_id")),
        status=values.text(auth.get("status"), 16),
        scope=values.scope(auth.get("scope")),
        server_endpoint=values.text(auth.get("server_endpoint")),
        client_endpoint=values.text(auth.get("client_endpoint")),
        data=data,
        fingerprint=fingerprint,
    )


def _decode(body: bytes, content_type: str) -> dict[str, Any]:
    if len(body) > MAX_MESSAGE:
        raise MalformedMessage("event: too long", code="too_long")
    try:
        text = body.decode("utf-8")
        if content_type.split(";")[0].strip().lower() == "application/json":
            decoded = decode(text)
        else:
            decoded = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        decoded = None
    # Raised out here: the decoder's own message quotes the content.
    if isinstance(decoded, list) and all(isinstance(pair, tuple) for pair in decoded):
        return unbracket(decoded)
    if not isinstance(decoded, dict):
        raise MalformedMessage("event: not readable", code="body")
    return decoded


def _member_id(value: Any) -> str:
    member_id = values.text(value)
    if not values.MEMBER_ID_SHAPE.fullmatch(member_id):
        raise MalformedMessage("no member_id", code="member_id")
    return member_id


def _token(fields: Mapping[str, Any], name: str) -> str:
    """An optional token: "" if absent, an error if it is there but cannot be one."""
    raw = fields.get(name)
    token = values.text(raw)
    if not _OPTIONAL_TOKEN.fullmatch(token) or (not token and raw not in (None, "")):
        raise MalformedMessage(f"{name} is odd", code=name)
    return token


def _word(value: str, limit: int) -> str:
    return value if re.fullmatch(rf"[A-Za-z0-9_.:-]{{0,{limit}}}", value) else ""


def _options(raw: str) -> Mapping[str, Any]:
    """Placement options are JSON in text; "", "undefined" and absence all mean none."""
    try:
        return values.mapping(decode(raw)) if len(raw) <= MAX_MESSAGE else {}
    except ValueError:
        return {}


def _fingerprint(name: str, message: Mapping[str, Any], auth: Mapping[str, Any]) -> str:
    """Same for two deliveries of one event: everything but the tokens, which may be issued anew per delivery."""
    parts = [name, auth.get("member_id"), message.get("ts"), message.get("event_handler_id"), message.get("data")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
