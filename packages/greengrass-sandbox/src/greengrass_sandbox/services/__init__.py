"""AWS services that the sandbox does not model: answered by functions, or by who plays them."""

from greengrass_sandbox.services.endpoint import Services
from greengrass_sandbox.services.request import Answer, ServiceRequest
from greengrass_sandbox.services.results import ServiceAnswer

__all__ = ["Answer", "ServiceAnswer", "ServiceRequest", "Services"]
