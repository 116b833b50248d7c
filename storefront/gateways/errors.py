"""What can go wrong when we talk to an outside company.

A caller decides by class alone: ``Declined`` is a definite no, ``Unavailable`` means *unknown* (the act
may or may not have happened, look it up before repeating it), the others are mistakes of ours or theirs.
"""

from __future__ import annotations


class GatewayError(Exception):
    """Base of everything an adapter raises about an outside company.

    ``code`` is a short machine word (the provider's own where it is stable), ``message`` is for logs and
    staff; neither ever contains a secret.
    """

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Declined(GatewayError):
    """The provider understood and refused for good: nothing happened, repeating it is pointless.

    ``is_curable``: a new attempt, with a key of its own, may go through.
    """

    def __init__(self, message: str, *, code: str = "", is_curable: bool = False) -> None:
        super().__init__(message, code=code)
        self.is_curable = is_curable


class Unavailable(GatewayError):
    """Timeout, broken connection, 5xx, rate limit or nonsense: the outcome is unknown."""


class KeySpent(Unavailable):
    """The provider keeps answering this idempotency key with its own failure: asking again under it is pointless.

    What the failed request did stays unknown, but nobody was told of it: a charge that it may have opened has an
    address that no buyer holds. A new attempt needs a new key.
    """


class Busy(Unavailable):
    """Not asked: as many of us wait for outside companies as may, or there was no time left. Nothing was sent."""


class InvalidSignature(GatewayError):
    """A message that claims to come from the provider does not prove it."""


class NotFound(GatewayError):
    """The provider does not know the object we named."""


class UnsupportedOperation(GatewayError):
    """This provider cannot do what was asked."""


class ConfigurationError(Exception):
    """Our own set-up is wrong: a key is missing, rejected or of the wrong mode.

    Not a GatewayError: nobody may treat it as the provider's answer.
    """


class MissingRight(ConfigurationError):
    """Our key may not do what was asked. Nothing happened.

    ``code`` is the provider's name of the right, ``right`` is what it is called where keys are edited.
    """

    def __init__(self, message: str, *, code: str, right: str) -> None:
        super().__init__(message)
        self.code = code
        self.right = right
