"""Reads out of a configuration document where core devices tell each other whom they have."""

from collections.abc import Mapping, Sequence
from typing import Any

from client_device_associator.configuration.reader import ConfigurationReader
from client_device_associator.configuration.result_topics import reach
from client_device_associator.configuration.settings import AnnouncementTopic
from client_device_associator.messages.claim import ClaimTopic, why_no_claim_topic
from client_device_associator.messages.topic import intersect


def read_claim_topic(
    section: ConfigurationReader,
    values: Mapping[str, Any],
    core_thing_name: str,
    heard: Sequence[AnnouncementTopic],
    answered: Sequence[AnnouncementTopic],
) -> ClaimTopic | None:
    """The topic of claims; None if devices are not handed over.

    Args:
        section: What the document says of the handover.
        values: The values of all options, by their dotted keys.
        core_thing_name: This core device; "" if that is not known.
        heard: Where announcements come from on AWS IoT Core.
        answered: The topics of announcements whose results go there.
    """
    claims = ClaimTopic(values["handover.topic"], core_thing_name)
    wrong = why_no_claim_topic(claims.template)
    if wrong is None and values["handover.enabled"]:
        wrong = _why_mixed_up(claims.topic_filter, values, heard, answered)
    if wrong is not None:
        section.complain("topic", wrong)
    return claims if values["handover.enabled"] else None


def _why_mixed_up(
    claims: str,
    values: Mapping[str, Any],
    heard: Sequence[AnnouncementTopic],
    answered: Sequence[AnnouncementTopic],
) -> str | None:
    """Why claims would be read as announcements, or results as claims."""
    for one in heard:
        if intersect(claims, one.topic_filter):
            return f"a topic on which no announcement comes, as on {one.topic_filter}"
    results = (reach(values["iotCore.results.topic"], one.topic_filter) for one in answered)
    met = next((one for one in results if intersect(claims, one)), None)
    return None if met is None else f"a topic to which no results go, as to {met}"
