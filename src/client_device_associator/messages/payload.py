"""What a message on local publish/subscribe holds."""

from collections.abc import Mapping

Payload = bytes | Mapping[str, object]
"""A binary message's bytes, or a JSON message's object as the IPC library decoded it."""

Json = object
"""What `json.loads` returns: None, bool, int, float, str, lists, and dicts with string keys."""
