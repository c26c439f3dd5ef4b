"""Which strings are thing names."""

import re
import string

MAX_LENGTH = 128
"""Characters; service model greengrassv2 2020-11-30, shape IoTThingName."""

CHARACTERS = string.ascii_letters + string.digits + ":_-"
"""Those of the same shape's pattern."""

THING_NAME = f"[{re.escape(CHARACTERS)}]{{1,{MAX_LENGTH}}}"
"""The same as a regular expression, to be matched in full: `match` or `$` would let a trailing
newline in."""

_THING_NAME = re.compile(THING_NAME)


def is_thing_name(text: str) -> bool:
    """Whether the AWS IoT registry could hold a thing of this name."""
    return _THING_NAME.fullmatch(text) is not None


def why_not(text: str) -> str:
    """What is wrong with a string that is no thing name, for the one who sent it."""
    if not text:
        return "a thing name has at least one character"
    if len(text) > MAX_LENGTH:
        return f"a thing name has at most {MAX_LENGTH} characters, this one has {len(text)}"
    return "a thing name consists of letters, digits, ':', '_' and '-'"
