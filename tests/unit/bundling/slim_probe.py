"""Run by test_slim.py with a folder of libraries and nothing else; prints what it finds as JSON."""

import json
import sys
from typing import Any

_CORE = "a-core"


def _session() -> Any:  # noqa: ANN401 - botocore has no types
    import botocore.session  # noqa: PLC0415 - from the folder

    session = botocore.session.Session()
    session.set_credentials("AKID", "made up")
    return session


def _client(url: str, certificates: str | None) -> Any:  # noqa: ANN401 - botocore has no types
    from botocore.config import Config  # noqa: PLC0415

    return _session().create_client(
        "greengrassv2",
        region_name="eu-central-1",
        endpoint_url=url,
        verify=certificates,
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
    )


def _call(url: str, certificates: str | None = None) -> dict[str, Any]:
    client = _client(url, certificates)
    try:
        answer = client.batch_associate_client_device_with_core_device(
            coreDeviceThingName=_CORE, entries=[{"thingName": "a"}]
        )
    except Exception as error:  # noqa: BLE001 - whatever comes is what is asked for
        modelled = hasattr(client.exceptions, type(error).__name__)
        if not modelled:
            return {"exception": type(error).__name__}
        message = error.response["Error"]["Message"]  # type: ignore[attr-defined]
        return {"exception": type(error).__name__, "modelled": True, "message": message}
    metadata = answer["ResponseMetadata"]
    return {
        "status": metadata["HTTPStatusCode"],
        "entries": answer.get("errorEntries"),
        "retries": metadata["RetryAttempts"],
    }


def _facts() -> dict[str, Any]:
    from botocore.config import Config  # noqa: PLC0415

    session = _session()
    variants: tuple[dict[str, bool], ...] = (
        {},
        {"use_fips_endpoint": True},
        {"use_dualstack_endpoint": True},
    )
    endpoints = {}
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("greengrassv2", partition):
            for variant in variants:
                config = Config(**variant)
                client = session.create_client("greengrassv2", region_name=region, config=config)
                endpoints[f"{partition} {region} {variant}"] = client.meta.endpoint_url
    kinds: list[dict[str, Any]] = [
        {"retries": {"mode": mode}} for mode in ("legacy", "standard", "adaptive")
    ]
    kinds += [{"defaults_mode": mode} for mode in ("standard", "in-region", "mobile")]
    clients = [
        session.create_client("greengrassv2", region_name="us-east-1", config=Config(**kind))
        for kind in kinds
    ]
    model = clients[0].meta.service_model
    return {
        "services": len(session.get_available_services()),
        "endpoints": endpoints,
        "retries": [client.meta.config.retries for client in clients],
        "timeouts": [client.meta.config.connect_timeout for client in clients],
        "operations": sorted(model.operation_names),
        "errors": sorted(shape.name for shape in model.error_shapes),
        "paginates": clients[0].can_paginate("list_client_devices_associated_with_core_device"),
    }


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    _answer = {"facts": _facts, "call": _call}[sys.argv[2]](*sys.argv[3:])  # type: ignore[operator]
    sys.stdout.write(json.dumps(_answer))
