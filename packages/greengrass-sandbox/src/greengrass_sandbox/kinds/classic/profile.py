"""The Java nucleus, put together."""

from collections.abc import Mapping
from typing import Any

from greengrass_sandbox.kinds.classic.behaviour import Classic
from greengrass_sandbox.kinds.classic.restart import ConsecutiveErrors
from greengrass_sandbox.kinds.classic.token_exchange import ClassicManners
from greengrass_sandbox.lifecycle.conduct import Conduct
from greengrass_sandbox.nucleus.figures import Figures
from greengrass_sandbox.profile import Profile
from greengrass_sandbox.recipe import TOKEN_EXCHANGE
from greengrass_sandbox.recipe.dialect import ANY, Dialect


def _own_configuration(region: str, token_exchange_port: int) -> Mapping[str, Mapping[str, Any]]:
    return {
        "aws.greengrass.Nucleus": {"awsRegion": region},
        TOKEN_EXCHANGE: {"port": 0, "activePort": token_exchange_port},
    }


CLASSIC = Profile(
    name="classic",
    nucleus_version="2.18.0",
    figures=Figures(interpolates_thing_name=False),
    behave=Classic,
    conduct=Conduct(
        socket_name="ipc.socket",
        scripts_end_at_unknown_variables=False,
        folders_end_with_slash=False,
        missing_identity_is_empty=False,
        kills_what_a_step_leaves_behind=False,
        stop_grace_seconds=5.0,
        restarts_errored=True,
        runs_shutdown=True,
        starts_ended_again=True,
        installs_beside=False,
        cloud_configuration_restarts=False,
        unpacked_mode=None,
        gives_whole_work_directory=True,
        restart_rules=ConsecutiveErrors,
    ),
    manners=ClassicManners(),
    dialect=Dialect("the classic nucleus", frozenset({ANY}), exact=False),
    own_configuration=_own_configuration,
    writes_transaction_log=True,
    gives_credentials_to_all=False,
)
"""The Java nucleus."""
