"""The REST door of one portal: authorisation, faults, the time block, batches."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import parse_qsl

from storefront.sandbox.bitrix24 import crm, methods
from storefront.sandbox.bitrix24.events import EventQueue
from storefront.sandbox.bitrix24.methods import Caller, Listing, RestError
from storefront.sandbox.bitrix24.params import nested, read
from storefront.sandbox.bitrix24.records import Portal
from storefront.sandbox.bitrix24.timing import time_block
from storefront.sandbox.bitrix24.world import World
from storefront.sandbox.server import Request, Response

METHODS = {**methods.METHODS, **crm.METHODS}
BATCH_LIMIT = 50


class RestRole:
    """Answers ``/rest/<method>`` of any portal."""

    def __init__(self, world: World, events: EventQueue) -> None:
        self._world = world
        self._events = events

    def answer(self, portal: Portal, request: Request, method: str, webhook: tuple[str, str] | None) -> Response:
        """``webhook`` is (user id, secret) of an inbound webhook's address."""
        params = read(request)
        with self._world.lock:
            try:
                if params is None:
                    raise RestError(400, "INVALID_REQUEST", "Invalid JSON")
                caller = self._caller(portal, params, webhook)
                result = self._batch(caller, params) if method == "batch" else self._call(caller, method, params)
            except RestError as refused:
                return Response({"error": refused.code, "error_description": refused.description}, refused.status)
            self._world.save()
        body: dict[str, Any] = {"result": result}
        if isinstance(result, Listing):
            body = {"result": result.result, "total": result.total}
            body |= {"next": result.following} if result.following is not None else {}
        return Response(body | {"time": time_block(self._world.now())})

    def _caller(self, portal: Portal, params: dict[str, Any], webhook: tuple[str, str] | None) -> Caller:
        if portal.plan == "free":
            raise RestError(403, "ACCESS_DENIED", "REST API is available only on commercial plans.")
        if webhook:
            user = portal.user(int(webhook[0]))
            if not portal.webhook_secret or not secrets.compare_digest(portal.webhook_secret, webhook[1]) or not user:
                raise RestError(401, "INVALID_CREDENTIALS", "Invalid request credentials")
            return Caller(self._world, portal, user, None, self._events)
        access = params.get("auth") or params.get("access_token")
        if not access or not isinstance(access, str):
            raise RestError(401, "NO_AUTH_FOUND", "Wrong authorization data")
        token = self._world.by_access(access)
        if token is None or token.member_id != portal.member_id:
            raise RestError(401, "invalid_token", "Unable to get application by token")
        if token.is_dead or token.code not in portal.installs:
            raise RestError(401, "APPLICATION_NOT_FOUND", "Application not found")
        user = portal.user(token.user_id)
        if user is None or not user.is_active:
            raise RestError(401, "authorization_error", "Unable to authorize user")
        if token.expires_at <= self._world.now():
            raise RestError(401, "expired_token", "The access token provided has expired.")
        return Caller(self._world, portal, user, self._world.apps[token.code], self._events)

    @staticmethod
    def _call(caller: Caller, method: str, params: dict[str, Any]) -> Any:
        if method not in METHODS:
            raise RestError(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
        needed, function = METHODS[method]
        if needed and needed not in methods.scope(caller, {}):
            raise RestError(403, "insufficient_scope", "The request requires higher privileges")
        return function(caller, params)

    def _batch(self, caller: Caller, params: dict[str, Any]) -> dict[str, Any]:
        commands = params.get("cmd") or {}
        if not isinstance(commands, dict):
            commands = {str(number): command for number, command in enumerate(commands)}
        if len(commands) > BATCH_LIMIT:
            raise RestError(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
        results: dict[str, Any] = {}
        lists: dict[str, Listing] = {}
        errors: dict[str, Any] = {}
        for key, command in commands.items():
            method, _, query = str(command).partition("?")
            try:
                if method == "batch":
                    raise RestError(400, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
                found = self._call(caller, method, nested(parse_qsl(query, keep_blank_values=True)))
                results[key] = found.result if isinstance(found, Listing) else found
                if isinstance(found, Listing):
                    lists[key] = found
            except RestError as refused:
                errors[key] = {"error": refused.code, "error_description": refused.description}
                if str(params.get("halt", "0")) not in ("0", "", "False"):
                    break
        more = {key: found.following for key, found in lists.items() if found.following is not None}
        return {
            "result": results or [],
            "result_error": errors or [],
            "result_total": {key: found.total for key, found in lists.items()} or [],
            "result_next": more or [],
            "result_time": {key: time_block(self._world.now()) for key in results} or [],
        }
