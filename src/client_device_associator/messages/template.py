"""Templates that take a client device's thing name out of a message."""

import re
from collections.abc import Mapping

from client_device_associator.core.values import dataclass
from client_device_associator.messages.payload import Json

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_POINTER_ESCAPE = re.compile(r"~(?![01])")
_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")
"""A level of a topic or an item of a list; nothing that is sent has a million of either."""

_MAX_WHOLE_NUMBER = 10**128
"""A thing name has 128 characters; Python refuses to print numbers that are much longer."""


class TemplateError(ValueError):
    """A template that cannot be understood; the text says what would be right."""


class NoValueError(LookupError):
    """A message that lacks what the template asks for; the text says what."""


@dataclass(frozen=True, slots=True)
class TopicLevel:
    """`{topic:N}`: one level of the topic, counted from 0."""

    level: int

    def value(self, topic: str, payload: Json) -> str:  # noqa: ARG002 - both parts look alike
        """The level's text; raises NoValueError if the topic is shorter."""
        levels = topic.split("/")
        if self.level >= len(levels):
            raise NoValueError(f"the topic has no level {self.level}")
        return levels[self.level]


@dataclass(frozen=True, slots=True)
class PayloadPointer:
    """`{payload:/json/pointer}`: a string or whole number in the payload (RFC 6901)."""

    pointer: str

    def value(self, topic: str, payload: Json) -> str:  # noqa: ARG002 - both parts look alike
        """The text found there; raises NoValueError if there is none."""
        found = payload
        for token in self.pointer.split("/")[1:]:
            found = _child(found, token.replace("~1", "/").replace("~0", "~"), self.pointer)
        if isinstance(found, str):
            return found
        # The classic nucleus turns every number of a JSON message into a double: 17 comes as 17.0.
        if isinstance(found, float) and found.is_integer():
            found = int(found)
        if (
            isinstance(found, int)
            and not isinstance(found, bool)
            and abs(found) < _MAX_WHOLE_NUMBER
        ):
            return str(found)
        raise NoValueError(f"there is neither a string nor a whole number at {self.pointer}")


def _child(parent: Json, key: str, pointer: str) -> Json:
    if isinstance(parent, Mapping) and key in parent:
        return parent[key]
    if isinstance(parent, list) and _INDEX.fullmatch(key) and int(key) < len(parent):
        return parent[int(key)]
    raise NoValueError(f"the payload has nothing at {pointer}")


@dataclass(frozen=True, slots=True)
class Template:
    """A thing name put together from literal text and parts of a message."""

    parts: tuple[str | TopicLevel | PayloadPointer, ...]

    @property
    def reads_payload(self) -> bool:
        """Whether the name depends on what the message says, not only on where it came."""
        return any(isinstance(part, PayloadPointer) for part in self.parts)

    def fill(self, topic: str, payload: Json) -> str:
        """The text for one message; raises NoValueError if the message lacks a part."""
        return "".join(
            part if isinstance(part, str) else part.value(topic, payload) for part in self.parts
        )


def parse_template(text: str) -> Template:
    """Reads a template such as `{topic:1}` or `gw-{payload:/device/serial}`.

    Raises:
        TemplateError: A placeholder is unknown or malformed, or there is none: a template without
            any would give every device the same name.
    """
    parts: list[str | TopicLevel | PayloadPointer] = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        parts.append(_literal(text[end : match.start()]))
        parts.append(_placeholder(match[1]))
        end = match.end()
    parts.append(_literal(text[end:]))
    if not any(isinstance(part, (TopicLevel, PayloadPointer)) for part in parts):
        raise TemplateError("a template with {topic:N} or {payload:/json/pointer}")
    return Template(tuple(part for part in parts if part))


def _literal(text: str) -> str:
    if "{" in text or "}" in text:
        raise TemplateError("braces in pairs, as in {topic:N} and {payload:/…}")
    return text


def _placeholder(inside: str) -> TopicLevel | PayloadPointer:
    kind, _, detail = inside.partition(":")
    if kind == "topic" and _INDEX.fullmatch(detail):
        return TopicLevel(int(detail))
    if kind == "payload" and detail.startswith("/") and not _POINTER_ESCAPE.search(detail):
        return PayloadPointer(detail)
    raise TemplateError(f"{{topic:N}} or {{payload:/json/pointer}} in place of {{{inside}}}")
