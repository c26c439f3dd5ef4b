"""Lines for the AWS CLI, checked against botocore's models of the services; nothing is called."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import yaml
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.validate import ParamValidator

ReadFile = Callable[[str], bytes]
"""Returns what is in a file that a line names."""

_GLOBAL = frozenset({"region"})
_S3_COMMANDS = {"mb": {"region"}, "cp": {"recursive"}, "rm": {"recursive"}}
"""`aws s3` is no service of the API but a program of the CLI; of its commands, those in use."""

_PAIRS = re.compile(r"\w+=[^,=]+(,\w+=[^,=]+)*")


class AwsCliError(Exception):
    """The CLI or the service would not take it; says why."""


@cache
def operations(service: str) -> Mapping[str, OperationModel]:
    """The operations of a service by the names that the CLI gives them.

    Raises:
        botocore.exceptions.UnknownServiceError: There is no such service.
    """
    model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
    return {xform_name(name, "-"): model.operation_model(name) for name in model.operation_names}


def check(line: str, read_file: ReadFile) -> str:
    """Checks one line that begins with `aws`; returns service and operation.

    Raises:
        AwsCliError: An operation, an option or a value is not one of the service's.
    """
    program, service, command, *rest = shlex.split(line)
    if program != "aws":
        raise AwsCliError(f"{program} is not aws")
    options = dict(_options(rest))
    if service == "s3":
        unknown = {name for name in options if name} - _S3_COMMANDS[command]
        if unknown:
            raise AwsCliError(f"aws s3 {command} has no {sorted(unknown)}")
        return f"{service} {command}"
    operation = operations(service).get(command)
    if operation is None:
        raise AwsCliError(f"{service} has no operation {command}")
    check_input(operation, _parameters(operation, options, read_file))
    return f"{service} {command}"


def check_input(operation: OperationModel, parameters: Mapping[str, Any]) -> None:
    """Checks parameters as botocore does, and their patterns, lengths and choices as well.

    Raises:
        AwsCliError: The service would not take them.
    """
    shape = operation.input_shape
    report = ParamValidator().validate(parameters, shape)
    if report.has_errors():
        raise AwsCliError(report.generate_report())
    problems = list(_problems(parameters, shape, operation.name))
    if problems:
        raise AwsCliError("; ".join(problems))


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Options with their values, one each; what belongs to no option has the name ""."""
    name = ""
    for word in words:
        if word.startswith("--"):
            name = word.removeprefix("--")
            yield name, ""
        else:
            yield name, word
            name = ""


def _parameters(
    operation: OperationModel, options: Mapping[str, str], read_file: ReadFile
) -> dict[str, Any]:
    members = {xform_name(name, "-"): name for name in operation.input_shape.members}
    found: dict[str, Any] = {}
    for option, text in options.items():
        if option == "cli-input-yaml":
            found.update(yaml.safe_load(read_file(text.removeprefix("file://"))))
        elif option in members:
            name = members[option]
            found[name] = _value(operation.input_shape.members[name], text, read_file)
        elif option not in _GLOBAL:
            raise AwsCliError(f"{operation.name} has no --{option}")
    return found


def _value(shape: Shape, text: str, read_file: ReadFile) -> object:
    if text.startswith("fileb://"):
        return read_file(text.removeprefix("fileb://"))
    if text.startswith("file://"):
        return read_file(text.removeprefix("file://")).decode()
    if shape.type_name == "list":
        if not _PAIRS.fullmatch(text):
            raise AwsCliError(f"{text!r} is no list of pairs")
        return [dict(pair.split("=") for pair in text.split(","))]
    return text


def _problems(value: Any, shape: Shape, path: str) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from _problems(member, shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from _problems(item, shape.member, path)
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from _problems(item, shape.value, f"{path}.{key}")
    else:
        wrong = _why_not(value, shape.metadata)
        if wrong is not None:
            yield f"{path}: {value!r} {wrong}"


def _why_not(value: Any, facts: Mapping[str, Any]) -> str | None:  # noqa: ANN401 - any scalar
    size = len(value) if isinstance(value, (str, bytes)) else value
    if "pattern" in facts and not re.search(facts["pattern"], value):
        return f"is not like {facts['pattern']}"
    if "enum" in facts and value not in facts["enum"]:
        return f"is none of {facts['enum']}"
    if size > facts.get("max", size):
        return f"is more than {facts['max']}"
    return None
