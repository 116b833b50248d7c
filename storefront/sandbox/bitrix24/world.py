"""What the stand-in remembers: apps, portals, people, tokens. Kept in a file between runs if one is named."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from storefront.sandbox.bitrix24.records import App, GrantCode, Install, Portal, Token, User, default_users, user_of
from storefront.sandbox.control import StateFile

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 180 * 24 * 3600
CODE_SECONDS = 30


class World:
    """All state, guarded by ``lock``. ``clock`` gives seconds since 1970."""

    def __init__(
        self,
        apps: Iterable[Mapping[str, Any]],
        portals: Iterable[Mapping[str, Any]],
        *,
        state_path: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.lock = threading.RLock()
        self.clock_shift = 0.0
        self._clock = clock
        self._file = StateFile(state_path)
        self._configured = [dict(portal) for portal in portals]
        self.apps = {app.code: app for app in (App(**config) for config in apps)}
        self.portals: dict[str, Portal] = {}
        self.tokens: list[Token] = []
        self.codes: list[GrantCode] = []
        self.reset()
        if state := self._file.read():
            self._load(state)

    def now(self) -> float:
        return self._clock() + self.clock_shift

    def reset(self) -> None:
        """Back to the configured portals; the first address of each one stays."""
        with self.lock:
            addresses = {key: portal.ports[-1:] for key, portal in self.portals.items()}
            self.portals = {}
            for config in self._configured:
                users = [user_of(user) for user in config.get("users", ())] or default_users()
                portal = Portal(**{**config, "users": users})
                portal.ports = addresses.get(portal.member_id, portal.ports)
                portal.current_user_id = portal.admin().id
                self.portals[portal.member_id] = portal
            self.tokens, self.codes, self.clock_shift = [], [], 0.0

    def save(self) -> None:
        with self.lock:
            self._file.write(
                lambda: {
                    "portals": [asdict(portal) for portal in self.portals.values()],
                    "tokens": [asdict(token) for token in self.tokens],
                    "clock_shift": self.clock_shift,
                }
            )

    def _load(self, state: dict[str, Any]) -> None:
        for saved in state["portals"]:
            if saved["member_id"] in self.portals:
                saved["users"] = [User(**user) for user in saved["users"]]
                saved["installs"] = {code: Install(**install) for code, install in saved["installs"].items()}
                self.portals[saved["member_id"]] = Portal(**saved)
        self.tokens = [Token(**token) for token in state["tokens"]]
        self.clock_shift = state["clock_shift"]

    def portal(self, key: str) -> Portal:
        """Find a portal by name, member_id or current host. Raises ``KeyError``."""
        for portal in self.portals.values():
            if key in (portal.name, portal.member_id, portal.host):
                return portal
        raise KeyError(key)

    def app_by_client(self, client_id: str) -> App | None:
        return next((app for app in self.apps.values() if app.client_id == client_id), None)

    def app_by_market_code(self, market_code: str) -> App:
        """Raises ``KeyError``."""
        for app in self.apps.values():
            if app.market_code == market_code:
                return app
        raise KeyError(market_code)

    def summary(self) -> list[dict[str, Any]]:
        """Portals and their installations, without tokens."""
        return [
            {
                "name": portal.name,
                "member_id": portal.member_id,
                "host": portal.host,
                "url": f"http://{portal.host}/",
                "plan": portal.plan,
                "users": [asdict(user) for user in portal.users],
                "apps": {
                    code: {"version": install.version, "is_installed": install.is_installed, "pending": install.pending}
                    for code, install in portal.installs.items()
                },
            }
            for portal in self.portals.values()
        ]

    def application_token(self, portal: Portal, code: str) -> str:
        """The same for the life of this portal and app, whatever happens to the installation."""
        return portal.application_tokens.setdefault(code, secrets.token_hex(16))

    def issue(self, portal: Portal, code: str, user_id: int) -> Token:
        with self.lock:
            token = Token(
                secrets.token_hex(32), secrets.token_hex(32), code, portal.member_id, user_id,
                self.now() + ACCESS_SECONDS, self.now() + REFRESH_SECONDS,
            )  # fmt: skip
            self.tokens.append(token)
            self.save()
            return token

    def issue_code(self, portal: Portal, code: str, user_id: int) -> GrantCode:
        with self.lock:
            grant = GrantCode(secrets.token_hex(20), code, portal.member_id, user_id, self.now() + CODE_SECONDS)
            self.codes.append(grant)
            return grant

    def by_access(self, access: str) -> Token | None:
        return next((token for token in self.tokens if secrets.compare_digest(token.access, access)), None)

    def by_refresh(self, refresh: str) -> Token | None:
        return next((token for token in self.tokens if secrets.compare_digest(token.refresh, refresh)), None)
