"""What there is in the stand-in's world: apps, people, portals, tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


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


def default_users() -> list[User]:
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
    users: list[User] = field(default_factory=default_users)
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


def user_of(config: Any) -> User:
    """Accept ``User``, ``{"id", "name", "admin"}`` or ``{"id", "name", "is_admin"}``."""
    if isinstance(config, User):
        return User(config.id, config.name, config.is_admin, config.is_active)
    is_admin = bool(config.get("is_admin", config.get("admin", False)))
    return User(int(config["id"]), config.get("name", f"User {config['id']}"), is_admin)
