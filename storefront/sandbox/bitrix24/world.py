"""What the stand-in remembers: apps, portals, people, tokens. Kept in a file between runs if one is named."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 180 * 24 * 3600
CODE_SECONDS = 30


@dataclass
class App:
    """An application of the Market. ``redirect_uri`` is where the code flow returns to; default: ``app_url``.

    ``code`` is its seller's own name for it, which Bitrix24 does not know; ``market_code`` the symbolic code of the
    vendor's cabinet (of a local application its client_id), by which portals open it.
    """

    code: str
    client_id: str
    client_secret: str
    name: str
    install_url: str
    app_url: str
    events_url: str = ""
    redirect_uri: str = ""
    scope: str = "crm,im,placement,user_brief"
    status: str = "F"
    market_code: str = ""

    def __post_init__(self) -> None:
        if not self.market_code:
            is_local = self.client_id.startswith("local.")
            self.market_code = self.client_id if is_local else f"sandbox.{self.code.replace('-', '_')}"


@dataclass
class User:
    id: int
    name: str
    is_admin: bool
    is_active: bool = True


@dataclass
class Install:
    """``pending`` is "install" or "update" until the installer page says it is done, then ""."""

    version: int = 1
    pending: str = "install"
    installed_by: int = 1
    handlers: list[dict[str, str]] = field(default_factory=list)
    placements: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_installed(self) -> bool:
        return self.pending != "install"


def _default_users() -> list[User]:
    return [User(1, "Administrator", is_admin=True), User(2, "Employee", is_admin=False)]


@dataclass
class Portal:
    """``ports[0]`` is the current address; the others answer with a redirect to it. ``plan`` "free" has no REST.

    ``registered_host``: the authorization server knows the portal by this name instead, which leads nowhere from here:
    a cloud portal's, or that of a box inside a company.
    """

    name: str
    member_id: str
    plan: str = "std"
    users: list[User] = field(default_factory=_default_users)
    language: str = "en"
    webhook_secret: str = ""
    current_user_id: int = 1
    ports: list[int] = field(default_factory=list)
    installs: dict[str, Install] = field(default_factory=dict)
    options: dict[str, dict[str, Any]] = field(default_factory=dict)
    application_tokens: dict[str, str] = field(default_factory=dict)
    notifications: list[dict[str, Any]] = field(default_factory=list)
    items: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    next_id: int = 1
    registered_host: str = ""

    @property
    def known_as(self) -> str:
        return self.registered_host or self.host

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.ports[0]}"

    @property
    def endpoint(self) -> str:
        return f"https://{self.registered_host}/rest/" if self.registered_host else f"http://{self.host}/rest/"

    def user(self, user_id: int) -> User | None:
        return next((user for user in self.users if user.id == user_id), None)

    def admin(self) -> User:
        return next(user for user in self.users if user.is_admin and user.is_active)

    def take_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1


@dataclass
class Token:
    access: str
    refresh: str
    code: str
    member_id: str
    user_id: int
    expires_at: float
    refresh_expires_at: float
    is_refreshed: bool = False
    is_dead: bool = False


@dataclass
class GrantCode:
    value: str
    code: str
    member_id: str
    user_id: int
    expires_at: float
    is_used: bool = False


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
        self._path = state_path
        self._configured = [dict(portal) for portal in portals]
        self.apps = {app.code: app for app in (App(**config) for config in apps)}
        self.portals: dict[str, Portal] = {}
        self.tokens: list[Token] = []
        self.codes: list[GrantCode] = []
        self.reset()
        if self._path and self._path.exists():
            self._load(json.loads(self._path.read_text()))

    def now(self) -> float:
        return self._clock() + self.clock_shift

    def reset(self) -> None:
        """Back to the configured portals; the first address of each one stays."""
        with self.lock:
            addresses = {key: portal.ports[-1:] for key, portal in self.portals.items()}
            self.portals = {}
            for config in self._configured:
                users = [_user(user) for user in config.get("users", ())] or _default_users()
                portal = Portal(**{**config, "users": users})
                portal.ports = addresses.get(portal.member_id, portal.ports)
                portal.current_user_id = portal.admin().id
                self.portals[portal.member_id] = portal
            self.tokens, self.codes, self.clock_shift = [], [], 0.0

    def save(self) -> None:
        """Write the state file, in one step so that a reader never sees half of it."""
        if not self._path:
            return
        with self.lock:
            state = {
                "portals": [asdict(portal) for portal in self.portals.values()],
                "tokens": [asdict(token) for token in self.tokens],
                "clock_shift": self.clock_shift,
            }
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps(state))
            fresh.replace(self._path)

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


def _user(config: Any) -> User:
    """Accept ``User``, ``{"id", "name", "admin"}`` or ``{"id", "name", "is_admin"}``."""
    if isinstance(config, User):
        return User(config.id, config.name, config.is_admin, config.is_active)
    is_admin = bool(config.get("is_admin", config.get("admin", False)))
    return User(int(config["id"]), config.get("name", f"User {config['id']}"), is_admin)
