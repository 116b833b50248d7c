"""Who a customer is to the tables: addresses, phones, and everything that they are called."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.account.models import EmailAddress

from storefront.core.personal_data import Barrier, Person, is_nobodys, rooms
from storefront.users import services
from storefront.users.models import User

#: A shorter number may be anything else in what others wrote: a postcode, an amount.
LEAST_DIGITS = 7


def person(user: User) -> Person:
    """Read anew from all rooms. Needs the account as it was before an erasure."""
    emails = dict.fromkeys(
        each
        for email in (user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True))
        for each in (email, services.normalise_email(email))
        if email and not is_nobodys(email)
    )
    words = (word.strip() for room in rooms() for word in room.words(user.pk))
    named = (*emails, *(word for word in words if word and not is_nobodys(word)))
    phones = (user.phone.strip(),) if sum(map(str.isdigit, user.phone)) >= LEAST_DIGITS else ()
    return Person(pk=user.pk, emails=tuple(emails), phones=phones, words=tuple(dict.fromkeys(named)))


def barriers(who: Person) -> list[Barrier]:
    """What is in the way of an erasure now."""

    def found() -> Iterator[Barrier]:
        for room in rooms():
            yield from room.barriers(who)

    return list(found())
