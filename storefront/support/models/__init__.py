"""Conversations (to customers: tickets), their files, the departments that answer them, and what staff write with."""

from storefront.support.models.answers import CannedAnswer
from storefront.support.models.conversations import Author, Conversation, Kind, Message, ticket_number
from storefront.support.models.departments import Department, OpeningHours
from storefront.support.models.files import Attachment
from storefront.support.models.internal import HeldMail, InternalNote

__all__ = [
    "Attachment", "Author", "CannedAnswer", "Conversation", "Department", "HeldMail", "InternalNote", "Kind", "Message",
    "OpeningHours", "ticket_number",
]  # fmt: skip
