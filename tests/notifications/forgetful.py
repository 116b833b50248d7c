"""Stands for the mail companies that cannot tell what they have taken."""

from anymail.backends import postmark


class ForgetfulBackend(postmark.EmailBackend):
    """Postmark's, but not known as such."""
