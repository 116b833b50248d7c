"""What others may want to know about mails."""

from django.dispatch import Signal

#: An address began to refuse mails. Sent in the transaction that marks it; ``address``: the MailAddress.
address_bounced = Signal()
