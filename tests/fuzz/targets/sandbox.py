"""What the sandbox reads: the nucleus's wire, recipes and their variables."""

from fuzz.material import Material, says_why
from fuzz.target import Target
from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.kinds.recipes import recipe_for
from greengrass_sandbox.lifecycle.variables import fill_in
from greengrass_sandbox.nucleus.wire import MessageType, WireError, decode, encode, encode_headers
from greengrass_sandbox.profile import Profile
from greengrass_sandbox.recipe import RECIPE_MAX_BYTES, RecipeRefusedError
from support.documents import ROOT

_RECIPE = (ROOT / "recipe.yaml").read_bytes()
_VARIABLES = {"artifacts:decompressedPath": "/a", "work:path": "/w"}


def wire(data: bytes) -> None:
    """Bytes of a connection: a message, or none, and never anything in between."""
    try:
        frame = decode(data)
    except WireError as error:
        says_why(error)
    else:
        assert len(frame.payload) <= len(data)
    material = Material(data)
    headers = encode_headers(MessageType.CONNECT, stream_id=material.number(9))
    message = encode(material.some() if material.flag() else headers, material.rest())
    try:
        assert decode(message).payload is not None
    except WireError as error:
        says_why(error)


def recipe(data: bytes) -> None:
    """A recipe is read as both nuclei read it, or refused with what is wrong."""
    text = data.decode("utf-8", "replace")
    _read_recipe(text, CLASSIC)
    _read_recipe(text, LITE)


def _read_recipe(text: str, nucleus: Profile) -> None:
    try:
        assert recipe_for(nucleus, text).name
    except RecipeRefusedError as error:
        says_why(error)


def variables(data: bytes) -> None:
    """A script with any braces is filled in, and nothing of it is evaluated."""
    material = Material(data)
    words = (
        "{work:path}",
        "{artifacts:decompressedPath}/x",
        "{configuration:/a/b}",
        "{",
        "}",
        "${x}",
    )
    script = "".join(material.text(words) for _ in range(material.number(6)))
    configuration = {"a": {"b": material.text()}}
    for stops in (False, True):
        filled = fill_in(script, _VARIABLES, configuration, stop_at_unknown=stops)
        assert isinstance(filled.script, str)


TARGETS = (
    Target("wire", wire, (encode(encode_headers(MessageType.CONNECT, stream_id=1), b"{}"),)),
    Target("recipe", recipe, (_RECIPE[:RECIPE_MAX_BYTES], b"a: &a [*a]"), examples=15, share=0.03),
    Target("variables", variables),
)
