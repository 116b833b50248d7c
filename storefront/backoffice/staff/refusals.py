"""Refusals of the services about staff, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from storefront.backoffice.acts import Refused
from storefront.users import approvals, invitations, role_names, staffing


def explain_staff(error: Exception) -> Refused | None:
    """A refusal of ``users.staffing`` or ``users.invitations`` in words; None for any other error."""
    match error:
        case staffing.MoreThanOwn():
            names = ", ".join(map(role_names.shown, error.names))
            return Refused(
                _("Only somebody who has all rights of these roles may do that: %(names)s.") % {"names": names}
            )
        case staffing.LastOwner():
            return Refused(_("Nobody would be left who can do everything. Make somebody else an owner first."))
        case staffing.HasAccess():
            return Refused(_("This person has access already."))
        case staffing.NotStaff():
            return Refused(_("This person has no access any more."))
        case invitations.HasAccount(is_staff=True):
            return Refused(_("This address has an account of staff already."), "email")
        case invitations.HasAccount():
            return Refused(
                _(
                    "This address is a customer's account. Staff and customers have accounts of their own each: "
                    "a person who buys here, too, needs a second address for work."
                ),
                "email",
            )
        case invitations.AlreadyInvited():
            return Refused(_("There is an invitation to this address. Send it again, or withdraw it."), "email")
        case invitations.InvitationOver():
            return Refused(_("The invitation was accepted or withdrawn meanwhile."))
    return None


def explain_approval(error: approvals.ApprovalError) -> Refused:
    """A refusal of ``users.approvals`` in words."""
    match error:
        case approvals.TooFewHolders():
            return Refused(
                _(
                    "Such a change needs a second person, and fewer than two people have the right to it. Give the "
                    "right to another person first."
                )
            )
        case approvals.AlreadyAsked():
            return Refused(_("Another change of this waits for approval already. Have that one decided first."))
        case approvals.OwnRequest():
            return Refused(_("Another person must do this: whoever asked for a change can only withdraw it."))
        case approvals.NoRight():
            return Refused(_("Whoever asked for it, or you, has not the right to such a change any more."))
    return Refused(_("This was decided meanwhile, or is too old."))
