"""A member of staff, an invitation."""

from __future__ import annotations

import pytest

from storefront.users.invitations import invite


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    staff = request.getfixturevalue("staff")
    owner, member = staff("Owner", "first"), staff("Support", "first")
    invitation = invite(email="new@staff.example", name="New", language="en", groups=member.groups.all(), by=owner)
    page, invited = f"/admin/staff/{member.pk}/", f"/admin/staff/invitations/{invitation.pk}/"
    return {
        f"/admin/staff/<int:pk>/{tail}": f"{page}{tail}" for tail in ("", "roles/", "second-factor/", "away/", "back/")
    } | {f"/admin/staff/invitations/<int:pk>/{tail}": f"{invited}{tail}" for tail in ("", "resend/", "withdraw/")}
