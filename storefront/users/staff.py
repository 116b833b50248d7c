"""Oscar's dashboard: password resets."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from storefront.users import password_links
from storefront.users.models import User


@require_POST
def password_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """The dashboard's 'Send password reset email': our own link, through the outbox, for staff that may change users.
    Oscar's view needs pages that do not exist here."""
    staff = request.user
    if not (staff.is_active and staff.is_staff and staff.has_perms(["users.view_user", "users.change_user"])):
        raise PermissionDenied
    user = get_object_or_404(User, pk=pk)
    if user.is_active:
        password_links.request_reset(email=user.email)
        messages.success(
            request, _("A mail with a link that sets a new password goes to %(email)s.") % {"email": user.email}
        )
    else:
        messages.error(request, _("This account is closed: no mail was sent."))
    return redirect("dashboard:user-detail", pk=pk)
