"""How the two Greengrass nuclei differ, as data: every part of the sandbox asks a `Profile`."""

from dataclasses import dataclass
from typing import Literal

_CLASSIC_OPERATIONS = frozenset(
    {
        "SubscribeToTopic",
        "PublishToTopic",
        "GetConfiguration",
        "UpdateConfiguration",
        "SubscribeToConfigurationUpdate",
        "SubscribeToValidateConfigurationUpdates",
        "SendConfigurationValidityReport",
        "SubscribeToComponentUpdates",
        "DeferComponentUpdate",
        "UpdateState",
    }
)
_CLASSIC_ONLY_OPERATIONS = frozenset(
    {
        "SubscribeToValidateConfigurationUpdates",
        "SendConfigurationValidityReport",
        "SubscribeToComponentUpdates",
        "DeferComponentUpdate",
    }
)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What one kind of nucleus does, where the two kinds do not do the same.

    Take `CLASSIC` or `LITE`; `dataclasses.replace` makes a variant, for instance
    `replace(LITE, messages_per_second=700)`. A limit of None means that there is none.
    """

    name: Literal["classic", "lite"]
    nucleus_version: str
    """What a component finds in GGC_VERSION."""
    operations: frozenset[str]
    """IPC operations that work; every other one answers ServiceError."""

    acknowledges_refusal: bool
    """Whether a refused connect is answered before the socket is closed."""
    answers_pings: bool
    """Whether a ping is answered; otherwise it closes the connection."""
    error_messages: bool
    """Whether errors are told apart finely, and their text reaches the SDK's `message`."""
    max_connections: int | None
    max_subscriptions: int | None
    """For the whole device."""
    max_packet_bytes: int | None
    """Bytes of a message after its prelude. One byte more closes the connection."""
    max_binary_bytes: int | None
    """Bytes of a published BinaryMessage. One byte more closes the publisher's connection."""
    max_topic_bytes: int | None
    max_json_depth: int | None
    """Nesting of a published JsonMessage; a deeper one answers ServiceError."""
    max_json_weight: int | None
    """Weight (21 a key, 11 a list item) of a JSON message beyond which subscriptions die."""
    json_integers_become_doubles: bool
    json_integers_lost_from: int | None
    """A JSON message with an integer of this magnitude or more does not arrive."""
    json_must_be_object: bool
    serial: bool
    """Whether one chain serves the whole device, so that a slow subscriber stalls everybody."""
    slow_write_seconds: float | None
    """How long a write to a full socket blocks before its message is dropped."""
    messages_per_second: float | None
    """What the whole device passes on; None passes on what the machine can."""

    hash_matches_parent: bool
    """Whether the filter `a/#` matches the topic `a`."""
    wildcards_skip_dollar_topics: bool
    refuses_publishing_to_wildcards: bool
    obeys_receive_mode: bool
    """Whether a component can be spared its own messages; otherwise they always come back."""
    interpolates_thing_name: bool
    """Whether `{iot:thingName}` in accessControl means the core's thing name."""
    refuses_question_mark_topics: bool

    recipe_scalars_become_strings: bool
    keys_ignore_case: bool
    merges_scalars: bool
    """Whether UpdateConfiguration takes a value that is not a map."""
    max_readable_entries: int | None
    """Entries of one list or map of the configuration beyond which it cannot be read."""
    removals_are_one_event: bool
    """Whether a removed map is one change event, rather than one for each leaf in it."""
    validation_timeout_seconds: float
    """How long a deployment waits for a component's verdict on a configuration."""
    component_update_timeout_seconds: float
    """How long a deployment waits for components to agree to being updated."""


CLASSIC = Profile(
    name="classic",
    nucleus_version="2.17.0",
    operations=_CLASSIC_OPERATIONS,
    acknowledges_refusal=True,
    answers_pings=True,
    error_messages=True,
    max_connections=None,
    max_subscriptions=None,
    max_packet_bytes=None,
    max_binary_bytes=None,
    max_topic_bytes=None,
    max_json_depth=None,
    max_json_weight=None,
    json_integers_become_doubles=True,
    json_integers_lost_from=None,
    json_must_be_object=True,
    serial=False,
    slow_write_seconds=None,
    messages_per_second=None,
    hash_matches_parent=False,
    wildcards_skip_dollar_topics=False,
    refuses_publishing_to_wildcards=True,
    obeys_receive_mode=True,
    interpolates_thing_name=False,
    refuses_question_mark_topics=False,
    recipe_scalars_become_strings=False,
    keys_ignore_case=True,
    merges_scalars=False,
    max_readable_entries=None,
    removals_are_one_event=True,
    validation_timeout_seconds=20.0,
    component_update_timeout_seconds=60.0,
)
"""The Java nucleus."""

LITE = Profile(
    name="lite",
    nucleus_version="2.6.0",
    operations=_CLASSIC_OPERATIONS - _CLASSIC_ONLY_OPERATIONS,
    acknowledges_refusal=False,
    answers_pings=False,
    error_messages=False,
    max_connections=50,
    max_subscriptions=100,
    max_packet_bytes=10_000,
    max_binary_bytes=7_300,
    max_topic_bytes=256,
    max_json_depth=12,
    max_json_weight=487,
    json_integers_become_doubles=False,
    json_integers_lost_from=10**18,
    json_must_be_object=False,
    serial=True,
    slow_write_seconds=5.0,
    messages_per_second=None,
    hash_matches_parent=True,
    wildcards_skip_dollar_topics=True,
    refuses_publishing_to_wildcards=False,
    obeys_receive_mode=False,
    interpolates_thing_name=True,
    refuses_question_mark_topics=True,
    recipe_scalars_become_strings=True,
    keys_ignore_case=False,
    merges_scalars=True,
    max_readable_entries=120,
    removals_are_one_event=False,
    validation_timeout_seconds=20.0,
    component_update_timeout_seconds=60.0,
)
"""The nucleus in C. Its limits are those measured on 2.6.0, built with its defaults."""
