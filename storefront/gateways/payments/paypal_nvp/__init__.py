"""PayPal's classic interface (NVP, Express Checkout), for sellers who still hold its credentials.

The requests and their records are django-oscar-paypal's: its gateway functions and its table ``ExpressTransaction``.
This package is the one gateway that knows Django, because that one does. What it lacks is made up for here:

- its ``post`` is replaced (``post``): an address that can be set, time limits, the right content type, amounts without
  decimals where PayPal wants none, garbage for an answer; credentials and people's data stay out of its rows;
- amount, currency and references are compared before money is taken, each request has a ``MSGSUBID`` (``taking``);
- pending is not paid (``snapshots``); messages (IPN) are verified (``ipn``).

None of its views is mounted. PayPal phases the interface out: https://developer.paypal.com/api/nvp-soap/
"""
