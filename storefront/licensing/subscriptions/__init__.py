"""Licenses that renew by themselves: agreeing to it, changing and stopping it, and the periods to come.

What a customer has agreed to is a ``Subscription`` with its mandates (``billing.saved_methods.mandates``); each period
to come is a ``Renewal``, a row that is there before anybody is told or charged. Whoever agrees, changes, stops, skips
or charges holds the customer's lock, so that one comes before the other. Prices, orders and charges are the checkout's
(``checkout.renewals``); what is paid extends the license as any other invoice does.
"""
