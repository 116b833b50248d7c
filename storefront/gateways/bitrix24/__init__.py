"""Bitrix24: portal addresses, OAuth and REST, events and launches of an app."""

from storefront.gateways.bitrix24.addresses import (
    DEFAULT_ZONES,
    PortalAddress,
    PortalAddressError,
    PortalKind,
    normalise_portal,
)
from storefront.gateways.bitrix24.client import OAUTH_SERVERS, Bitrix24Client
from storefront.gateways.bitrix24.events import parse_event, parse_launch
from storefront.gateways.bitrix24.failures import (
    AccessDenied,
    AppRemoved,
    ClientRejected,
    ExpiredToken,
    InvalidToken,
    LimitExceeded,
    MalformedMessage,
    MethodMissing,
    PortalGone,
    PortalMoved,
)
from storefront.gateways.bitrix24.records import (
    AppCredentials,
    AppEvent,
    LaunchData,
    Profile,
    TokenSet,
    VerifiedContact,
)

__all__ = [
    "DEFAULT_ZONES",
    "OAUTH_SERVERS",
    "AccessDenied",
    "AppCredentials",
    "AppEvent",
    "AppRemoved",
    "Bitrix24Client",
    "ClientRejected",
    "ExpiredToken",
    "InvalidToken",
    "LaunchData",
    "LimitExceeded",
    "MalformedMessage",
    "MethodMissing",
    "PortalAddress",
    "PortalAddressError",
    "PortalGone",
    "PortalKind",
    "PortalMoved",
    "Profile",
    "TokenSet",
    "VerifiedContact",
    "normalise_portal",
    "parse_event",
    "parse_launch",
]
