"""How a license finds its portal, and the pages of our app inside Bitrix24.

The address typed at the checkout is a claim. A portal proves itself when its app is opened or installed: its token is
checked at the authorization server (``app.info``), and the portal itself must answer at the claimed address with that
token; for an address in one of Bitrix24's own zones the server's record is enough, unless the server at it denies the
token. Then the license is bound to the portal's ``member_id``; a renamed portal keeps it. Until then it is
``pending``. Messages to a portal (option, notice) are best effort through the outbox: no license depends on them.

Whether a user is the portal's administrator is yes, no or unknown (``PortalRole``): only the portal itself can say
yes or no, and an installation completes unless it says no. A silent portal is asked again in growing gaps
(``bitrix24/confirmation``). After an hour the time of its licenses stops (``host_unproven``), customer and staff are
told, and staff can link by hand (``bitrix24/manual_linking``, with a permission and a reason). Requests to Bitrix24
are logged for three days, masked (``PortalExchange``).
"""
