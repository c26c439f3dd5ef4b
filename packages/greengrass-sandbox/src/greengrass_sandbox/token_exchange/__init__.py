"""The token exchange service: AWS credentials for components, over HTTP on this machine."""

from greengrass_sandbox.token_exchange.credentials import Credentials
from greengrass_sandbox.token_exchange.endpoint import TokenExchange
from greengrass_sandbox.token_exchange.modes import TokenExchangeMode

__all__ = ["Credentials", "TokenExchange", "TokenExchangeMode"]
