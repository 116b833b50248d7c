"""Acts that need more than an open session: password or second factor once more."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest


@reauthentication_required  # type: ignore[untyped-decorator]
def require_fresh_login(request: HttpRequest) -> None:
    """Pass only who has shown password or second factor again within five minutes (ACCOUNT_REAUTHENTICATION_TIMEOUT).

    Raises allauth's ReauthenticationRequired, whose middleware asks for it and then goes on with the very request, so
    that nothing typed is lost. A view that knows only from its form whether an act is serious calls it there.
    https://docs.allauth.org/en/latest/account/configuration.html
    """
