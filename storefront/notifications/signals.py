"""Signals about mails."""

from django.dispatch import Signal

#: An address began to bounce. Sent in the transaction that marks it; ``address``: the MailAddress.
address_bounced = Signal()

#: A message was put into the outbox, or was there already. Sent in the transaction that writes it; ``kind``, ``key``:
#: of the OutboxMessage, which is written without ``save()``.
message_written = Signal()
