"""The outbox, mails, and what is heard of them afterwards.

What staff do about a message (``notifications/repairs.py``, ``inbox/repairs.py``) locks it and looks again: what a
worker has is left to it. A copy has a key that counts the copies, so that one press makes one; links into an account
are made anew and go to the account's address only. ``previews.py`` writes a mail as its reader sees it, with every
secret masked (``core/log_masking.py``).

That a mail is being handed over is noted before. Whoever finds that note asks the company whether it has the mail, or
hands it over under the same id; companies that can neither be asked nor recognise an id
(``notifications/companies.py`` lists them) may get it twice.

What the company tells afterwards (``notifications/tracking.py``, read by django-anymail's own views) is noted at the
mail's row and in ``MailAddress``: the latest moment counts, so its messages may come twice, late and in any order.
``notifications/kinds.py`` says which mails an address still gets.
"""
