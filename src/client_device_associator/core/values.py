"""Plain data: what `dataclasses` does for frozen classes with slots, at a tenth of its price.

A process of this component has some 140 such classes. For each of them dataclasses compiles six
methods when it is imported, and it brings `inspect` and the parser of Python along: together half
of the CPU of a start, and 2 MB. And a frozen one takes three times as long to make, which a message
pays for a dozen times. Here only `__init__` is compiled. That nobody changes a value is checked by
mypy, which sees the real thing, and not again while the component runs.

The functions of `dataclasses` work with these classes, too, but for `field`.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["dataclass", "field", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    _Value = TypeVar("_Value")
    _Class = TypeVar("_Class", bound=type)

    def replace(value: _Value, /, **changes: object) -> _Value:
        """The same value but for these fields."""
        for name in value.__value_fields__:
            if name not in changes:
                changes[name] = getattr(value, name)
        return type(value)(**changes)

    def field(
        *,
        default: object = ...,
        default_factory: Callable[[], object] | None = None,
        compare: bool = True,
        repr: bool = True,  # noqa: A002 - the name that it has in dataclasses
        kw_only: bool = False,
    ) -> object:
        """Says more of a field than its default."""
        return _Field(default, default_factory, compare, repr, kw_only)

    def dataclass(*, slots: bool, frozen: bool = False) -> Callable[[_Class], _Class]:  # noqa: ARG001 - always with slots
        """Makes a class whose instances are equal if their fields are.

        Args:
            slots: True.
            frozen: Whether its instances have a hash.
        """

        def make(cls: _Class) -> _Class:
            own = {name: _described(cls, name) for name in cls.__annotations__}
            fields = {**getattr(cls, "__value_fields__", {}), **own}
            body = {
                name: part
                for name, part in cls.__dict__.items()
                if name not in own and name not in {"__dict__", "__weakref__"}
            }
            for name, part in _methods(cls, fields, frozen=frozen).items():
                body.setdefault(name, part)
            made = type(cls)(cls.__name__, cls.__bases__, {**body, "__slots__": tuple(own)})
            made.__qualname__ = cls.__qualname__
            return made

        return make


class _Field:
    """What is known of a field."""

    __slots__ = ("compare", "default", "factory", "kw_only", "shown")

    def __init__(
        self,
        default: object = ...,
        factory: Callable[[], object] | None = None,
        compare: bool = True,  # noqa: FBT001, FBT002 - as above
        shown: bool = True,  # noqa: FBT001, FBT002 - as above
        kw_only: bool = False,  # noqa: FBT001, FBT002 - as above
    ) -> None:
        self.default = default
        self.factory = factory
        self.compare = compare
        self.shown = shown
        self.kw_only = kw_only

    @property
    def is_required(self) -> bool:
        """Whether it has no default."""
        return self.default is ... and self.factory is None


def _described(cls: type, name: str) -> _Field:
    given = cls.__dict__.get(name, ...)
    if type(given).__module__ == "dataclasses":
        raise TypeError(f"{cls.__name__}.{name}: take the field of this module")
    return given if isinstance(given, _Field) else _Field(given)


def _methods(cls: type, fields: Mapping[str, _Field], *, frozen: bool) -> Mapping[str, object]:
    """What a class gets unless it has its own."""
    compared = _getter([name for name, one in fields.items() if one.compare])
    shown = [name for name, one in fields.items() if one.shown]

    def equal(self: object, other: object) -> object:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compared(self) == compared(other)

    def hash_of(self: object) -> int:
        return hash(compared(self))

    def show(self: object) -> str:
        text = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({text})"

    return {
        "__init__": _init(cls, fields),
        "__eq__": equal,
        # What may change has no hash, as with the real one.
        "__hash__": hash_of if frozen else None,
        "__repr__": show,
        "__match_args__": tuple(name for name, one in fields.items() if not one.kw_only),
        "__value_fields__": fields,
        "__dataclass_fields__": _RealFields(),
    }


def _init(cls: type, fields: Mapping[str, _Field]) -> Callable[..., None]:
    """Compiled, because it is what runs for every message."""
    known: dict[str, object] = {"_missing": ...}
    ordered = [(name, one) for name, one in fields.items() if not one.kw_only]
    by_name = [(name, one) for name, one in fields.items() if one.kw_only]
    parameters = ["self", *_parameters(ordered, known)]
    if by_name:
        parameters += ["*", *_parameters(by_name, known)]
    lines = [
        f" self.{name} = {name}"
        if one.factory is None
        else f" self.{name} = _made_{name}() if {name} is _missing else {name}"
        for name, one in fields.items()
    ]
    text = f"def __init__({', '.join(parameters)}):\n" + ("\n".join(lines) or " pass")
    exec(text, known)  # noqa: S102 - of names in our own source
    init: Any = known["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {
        name: kind
        for base in reversed(cls.__mro__)
        for name, kind in getattr(base, "__annotations__", {}).items()
        if name in fields
    }
    made: Callable[..., None] = init
    return made


def _parameters(fields: Iterable[tuple[str, _Field]], known: dict[str, object]) -> Iterable[str]:
    for name, one in fields:
        if one.is_required:
            yield name
        else:
            known[f"_default_{name}"] = one.default
            known[f"_made_{name}"] = one.factory
            yield f"{name}=_default_{name}"


class _RealFields:
    """What the functions of `dataclasses` look at, made when they do."""

    def __get__(self, value: object, owner: Any) -> Mapping[str, object]:  # noqa: ANN401 - a class
        import dataclasses  # noqa: PLC0415 - what this module is for

        fields = owner.__value_fields__.items()
        twin = dataclasses.make_dataclass(
            owner.__name__, [(name, object, _real(dataclasses, one)) for name, one in fields]
        )
        real: Mapping[str, object] = twin.__dataclass_fields__  # type: ignore[attr-defined] # it is one
        owner.__dataclass_fields__ = real
        return real


def _real(dataclasses: Any, one: _Field) -> object:  # noqa: ANN401 - the module
    more: dict[str, object] = {}
    if one.factory is not None:
        more = {"default_factory": one.factory}
    elif one.default is not ...:
        more = {"default": one.default}
    return dataclasses.field(compare=one.compare, repr=one.shown, kw_only=one.kw_only, **more)


def _getter(names: list[str]) -> Callable[[Any], object]:
    """What gives the values of these attributes, to be compared."""
    if names:
        return attrgetter(*names)
    return lambda _: ()
