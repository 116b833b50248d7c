"""Tickets: chats, messages of the contact form, and what customers open in their account.

A ticket is a ``Conversation``: a chat, a message of the contact form, or one opened in the account. What only staff
may see (``InternalNote``, ``HeldMail``) has tables of its own, so no page or mail that shows messages can show it.
Every change locks the conversation; an answer of staff names the last message its author saw and is refused if there
is a later one (``errors.NewerMessages``). What is written to a merged ticket arrives in the one that goes on. An
answer is due within the department's working hours (``working_time``, a pure function) since the first unanswered
message; the job ``ticket-alarms`` tells once when four fifths are over and once when it is late.

Answers by mail: our mails ask for answers at ``support+<number><signature>@SUPPORT_INBOUND_DOMAIN``; the company
hands them over at ``/hooks/mail-inbound/``, ``incoming/reading`` makes plain values of them (never raising, whatever
the bytes), and the worker puts them into the ticket once per Message-ID. Programs and our own mails are refused; what
comes from another address, or not from the domain it names (``notifications/sender_proof.py``), and more than 20 an
hour wait. Uploads and attachments pass ``core/uploads``: judged by content, pictures written anew, documents and ZIPs
unfolded within bounds and refused if anything in them may run, an optional scanner asked; they lie in the private
folder under random names and are only sent as attachments (``file_views``).
"""
