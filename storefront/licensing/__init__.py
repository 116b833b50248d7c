"""Licenses, their time, and what they are tied to.

What a license is tied to is a ``Binding`` (``licensing/bindings``): ``none`` or ``portal``. It decides what the
checkout asks, how a license is claimed, activated and released, and how pages and mails describe it; no other code
asks for the kind. A new kind is one module and one entry.

A license's time is a ledger of entries (``LicensePeriod``): paid periods, and days that a period of another license
type was converted into at the money paid for it. ``validity.lay_out``, a pure function, computes their dates. A
period begins when its license is linked, at the latest ``LICENSE_START_DAYS`` after payment (at payment if the
product says so or is tied to nothing); one bought to follow another begins when that ends. A period that has begun
keeps its dates; the rest is laid out again with every purchase, change, link and refund (``services/periods.lay``),
for the latest case. While another license has the portal (``link_problem``, shown as scheduled), or a payment of the
license is disputed, its time stops: a running period keeps the days that are left. A license gives up its portal when
its paid time has ended, and the worker links the next one. ``services/ledger.py`` computes all of this as a value:
what pages say a purchase would do is what its payment does.

What staff do to a license (``services/{staff_time,suspensions,revocation}``, ``bitrix24/moving``) is written the same
way: days of goodwill are entries worth no money, which last as long as something paid or granted is left beside them;
what is cut off the end is an entry of the kind ``cut``. A suspension by staff lets time stand or run, as they choose;
it and a dispute each keep a license suspended alone. A license that is given away is an order of zero
(``checkout/orders/gifts.py``). The back office previews an act by doing it and rolling back
(``backoffice/licenses/rehearsal.py``). 'Why does it not work?' (``bitrix24/diagnosis.py``) looks at what is known and
asks the portal with the key as it is; it changes nothing.
"""
