"""Signals about mails."""

from django.dispatch import Signal

#: An address began to bounce. Sent in the transaction that marks it; ``address``: the MailAddress.
address_bounced = Signal()
