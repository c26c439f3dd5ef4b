"""Fuzzes one target: `python -m fuzz.one TARGET [options of libFuzzer]`; see `__main__`."""

import sys

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore] # see `make fuzz`

with atheris.instrument_imports(include=["client_device_associator", "greengrass_sandbox"]):
    from fuzz.every import TARGETS


def main() -> None:
    """Runs until libFuzzer ends the process."""
    name = sys.argv.pop(1)
    (target,) = [one for one in TARGETS if one.name == name]
    atheris.Setup(sys.argv, target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
