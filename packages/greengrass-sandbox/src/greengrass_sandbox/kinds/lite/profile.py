"""Nucleus lite, put together."""

from collections.abc import Mapping
from typing import Any

from greengrass_sandbox.kinds.lite.behaviour import Lite
from greengrass_sandbox.kinds.lite.restart import StartLimit
from greengrass_sandbox.kinds.lite.token_exchange import LiteManners
from greengrass_sandbox.lifecycle.conduct import Conduct
from greengrass_sandbox.nucleus.figures import Figures
from greengrass_sandbox.profile import Profile
from greengrass_sandbox.recipe import TOKEN_EXCHANGE
from greengrass_sandbox.recipe.dialect import ANY, Dialect

_MESSAGES_PER_SECOND = 850.0
"""What a real nucleus lite passes on at its own pace: 750 to 970 one by one, 1,000 pipelined."""


def _own_configuration(region: str, token_exchange_port: int) -> Mapping[str, Mapping[str, Any]]:
    return {
        "aws.greengrass.NucleusLite": {"awsRegion": region},
        TOKEN_EXCHANGE: {"port": str(token_exchange_port)},
    }


LITE = Profile(
    name="lite",
    nucleus_version="2.6.0-326e992",
    figures=Figures(
        max_connections=50,
        max_subscriptions=100,
        max_packet_bytes=10_000,
        serial=True,
        slow_write_seconds=5.0,
        max_iot_core_filters=50,
        real_messages_per_second=_MESSAGES_PER_SECOND,
    ),
    behave=Lite,
    conduct=Conduct(
        socket_name="gg-ipc.socket",
        scripts_end_at_unknown_variables=True,
        folders_end_with_slash=True,
        missing_identity_is_empty=True,
        kills_what_a_step_leaves_behind=True,
        stop_grace_seconds=120.0,
        restarts_errored=False,
        runs_shutdown=False,
        starts_ended_again=False,
        installs_beside=True,
        cloud_configuration_restarts=True,
        unpacked_mode=0o440,
        gives_whole_work_directory=False,
        restart_rules=StartLimit,
    ),
    manners=LiteManners(),
    dialect=Dialect("nucleus lite", frozenset({ANY, "aws_nucleus_lite"}), exact=True),
    own_configuration=_own_configuration,
    writes_transaction_log=False,
    gives_credentials_to_all=True,
)
"""The nucleus in C. Its limits are those measured on 2.6.0, built with its defaults; its version
ends in the revision that it was built from. What AWS IoT Core grants is its quota of subscriptions
for each connection."""
