"""A stand-in for the mail company (Postmark's API), with a mailbox to read in a browser."""

from storefront.sandbox.mail.stand_in import MailStandIn

__all__ = ["MailStandIn"]
