"""Form-encoded parameters with nesting, checked against a declared shape: what is not declared is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from storefront.sandbox.stripe.errors import ApiError

_NAME = re.compile(r"[^\[\]]+")
_PART = re.compile(r"\[([^\[\]]*)\]")


class Shape(Protocol):
    """Reads one raw value (text, or a dict of raw values); ``name`` is its full bracketed name."""

    def read(self, raw: Any, name: str) -> Any: ...


def parse(encoded: str) -> dict[str, Any]:
    """``a[b][0]=c`` -> ``{"a": {"b": {"0": "c"}}}``. Lists stay dicts with numbered keys until a shape reads them."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True, errors="strict"):
        head = _NAME.match(name)
        rest = name[head.end() :] if head else ""
        parts = _PART.findall(rest)
        if not head or "".join(f"[{part}]" for part in parts) != rest:
            raise _invalid(f"Invalid parameter name: {name}", name)
        node = tree
        *path, last = [head.group(), *parts]
        for part in path:
            node = node.setdefault(part or str(len(node)), {})
            if not isinstance(node, dict):
                raise _invalid(f"Conflicting parameters: {name}", name)
        last = last or str(len(node))
        if last in node:
            raise _invalid(f"Repeated parameter: {name}", name)
        node[last] = value
    return tree


def _invalid(message: str, name: str, code: str = "parameter_invalid") -> ApiError:
    return ApiError(400, code, message, param=name)


@dataclass(frozen=True)
class Text:
    longest: int = 5000
    choices: Collection[str] = ()
    pattern: str = ""

    def read(self, raw: Any, name: str) -> str:
        if not isinstance(raw, str):
            raise _invalid(f"Invalid string: {name}", name, "parameter_invalid_string")
        if not raw:
            raise _invalid(f"You passed an empty string for '{name}'.", name, "parameter_invalid_empty")
        if len(raw) > self.longest:
            raise _invalid(f"Invalid string: {name}; must be at most {self.longest} characters", name)
        if (self.choices and raw not in self.choices) or (self.pattern and not re.fullmatch(self.pattern, raw)):
            raise _invalid(f"Invalid {name}: {raw[:80]}", name)
        return raw


@dataclass(frozen=True)
class Url:
    def read(self, raw: Any, name: str) -> str:
        text = Text().read(raw, name)
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", text):
            raise _invalid("Not a valid URL", name, "url_invalid")
        return text


@dataclass(frozen=True)
class Email:
    """Refused with ``email_invalid``: what is no plain ASCII address with a public-looking domain, and endings that
    RFC 2606 and RFC 6761 keep from the public."""

    longest: int = 512

    def read(self, raw: Any, name: str) -> str:
        text = Text(5000).read(raw, name)
        local, at, domain = text.rpartition("@")
        labels = domain.split(".")
        is_good = (
            text.isascii()
            and at
            and len(text) <= self.longest
            and 0 < len(local) <= 64
            and re.fullmatch(r"[\w%+'/=!#$&*?^`{|}~-]+(\.[\w%+'/=!#$&*?^`{|}~-]+)*", local)
            and len(labels) > 1
            and all(re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", label) for label in labels)
            and not labels[-1].isdigit()
            and labels[-1] not in ("invalid", "localhost", "test")
        )
        if not is_good:
            raise _invalid(f"Invalid email address: {text[:80]}", name, "email_invalid")
        return text


@dataclass(frozen=True)
class Integer:
    least: int = 0
    most: int = 99_999_999_999

    def read(self, raw: Any, name: str) -> int:
        if not isinstance(raw, str) or not re.fullmatch(r"-?[0-9]{1,18}", raw):
            raise _invalid(f"Invalid integer: {raw}", name, "parameter_invalid_integer")
        number = int(raw)
        if not self.least <= number <= self.most:
            raise _invalid(f"Invalid integer: {raw} is out of range", name, "parameter_invalid_integer")
        return number


@dataclass(frozen=True)
class Truth:
    def read(self, raw: Any, name: str) -> bool:
        if raw not in ("true", "false"):
            raise _invalid(f"Invalid boolean: {raw}", name)
        return bool(raw == "true")


@dataclass(frozen=True)
class Metadata:
    """At most 50 pairs, keys of 40 characters without brackets, values of 500."""

    def read(self, raw: Any, name: str) -> dict[str, str]:
        if not isinstance(raw, dict) or len(raw) > 50:
            raise _invalid(f"Invalid metadata: {name}", name)
        for key, value in raw.items():
            if len(key) > 40 or not isinstance(value, str) or len(value) > 500:
                raise _invalid(f"Invalid metadata: {name}[{key[:60]}]", f"{name}[{key[:60]}]")
        return dict(raw)


@dataclass(frozen=True)
class Listing:
    item: Shape
    most: int = 100

    def read(self, raw: Any, name: str) -> list[Any]:
        if not isinstance(raw, dict) or set(raw) != {str(index) for index in range(len(raw))}:
            raise _invalid(f"Invalid array: {name}", name)
        if len(raw) > self.most:
            raise _invalid(f"Array {name} exceeded maximum {self.most} allowed elements", name)
        return [self.item.read(raw[str(index)], f"{name}[{index}]") for index in range(len(raw))]


@dataclass(frozen=True)
class Hash:
    """An object of declared fields; ``required`` ones must be there."""

    fields: Mapping[str, Shape] = field(default_factory=dict)
    required: Collection[str] = ()

    def read(self, raw: Any, name: str = "") -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise _invalid(f"Invalid object: {name}", name)

        def full(key: str) -> str:
            return f"{name}[{key}]" if name else key

        for key in raw:
            if key not in self.fields:
                raise ApiError(400, "parameter_unknown", f"Received unknown parameter: {full(key)}", param=full(key))
        for key in self.required:
            if key not in raw:
                raise ApiError(400, "parameter_missing", f"Missing required param: {full(key)}.", param=full(key))
        return {key: self.fields[key].read(value, full(key)) for key, value in raw.items()}


@dataclass(frozen=True)
class Span:
    """A second, or an object of ``gt``, ``gte``, ``lt``, ``lte``; read as the object."""

    def read(self, raw: Any, name: str) -> dict[str, int]:
        if isinstance(raw, str):
            second = Integer().read(raw, name)
            return {"gte": second, "lte": second}
        return Hash({each: Integer() for each in ("gt", "gte", "lt", "lte")}).read(raw, name)


@dataclass(frozen=True)
class Checked:
    """A shape with one more rule; the rule returns a complaint or ''."""

    shape: Shape
    rule: Callable[[Any], str]

    def read(self, raw: Any, name: str) -> Any:
        value = self.shape.read(raw, name)
        if complaint := self.rule(value):
            raise _invalid(complaint, name)
        return value
