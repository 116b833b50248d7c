"""Cart, checkout page and pay page. Takes the place of Oscar's checkout app.

What is typed is kept in the session (``page/drafts.py``) for seven days, at most until the order or the log-out. A
form whose session, cart or cookies are gone is answered by ``page/recovery.py``: the signed note in the form says
which cart it showed. Buyers who tick the box beneath the e-mail are mailed a link to the cart once,
``CHECKOUT_REMINDER_HOURS`` after its last change, unless they order (``reminders``): the request is a row that holds
what was typed; unticking, the order or seven days delete it.

``orders/create.py`` needs lines, a payer and a cause, and no basket, session or request: renewals, gifts and orders
by staff call it with lines at a published price (``order_lines.at_price``), once per ``Cause.key``; the checkout page
is one caller (``from_cart.py``: it claims the basket, checks that it is what the buyer saw, counts vouchers and
offers). An 'Extend' link (``extension``) orders in a basket of its own; anybody may follow it, and its signature is
the right to name the license.

Cart and checkout are plain ORM: a cart is read in five or six queries (``cart/cart.py``), whatever its number of
lines; what it costs its payer is worked out from its total (``cart/taxes.py``). Where offers or a voucher may take
something off, Oscar applies them to its own basket at the cart's prices
(``cart/discounts.py``: one strategy, and an applicator that asks each range once for all lines).
"""
