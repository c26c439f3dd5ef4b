import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_device_associator.core.answer import (
    ErrorEntry,
    Succeeded,
    ThingNotFound,
    ValidationFailed,
)
from client_device_associator.core.verdicts import (
    DeviceError,
    Verdicts,
    is_about_the_core,
    read_answer,
)
from support.values import UNICODE, error_entries, numbered

NAMES = ("a", "b", "c", "d")


def test_no_error_entries_associate_all() -> None:
    """HTTP 200 without error entries."""
    assert read_answer(NAMES, Succeeded()) == Verdicts(done=NAMES)


def test_a_named_error_entry_is_about_that_device_alone() -> None:
    """The others of its batch are associated."""
    verdicts = read_answer(NAMES, error_entries(("b", "ResourceNotFoundException")))
    assert verdicts.done == ("a", "c", "d")
    assert verdicts.delayed == {"b": DeviceError("ResourceNotFoundException", "in words")}


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ConflictException", ""),
        ("ALREADY_ASSOCIATED", None),
        (None, "is already associated with this core"),
        ("ValidationException", "Conflict: exists"),
    ],
)
def test_already_means_associated(code: str | None, message: str | None) -> None:
    """An error entry that says already or conflict in any way is a success."""
    verdicts = read_answer(NAMES, Succeeded((ErrorEntry("b", code, message),)))
    assert verdicts == Verdicts(done=("a", "c", "d"), already=("b",))


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "RESOURCE_NOT_FOUND", "NotFound"])
def test_not_found_never_means_associated(code: str) -> None:
    """A thing that was already deleted is not associated."""
    entry = ErrorEntry("b", code, "the thing has already been deleted")
    assert read_answer(NAMES, Succeeded((entry,))).delayed.keys() == {"b"}


def test_contradicting_entries_count_against_a_device() -> None:
    """A device that is said to be both is tried again; it costs one call."""
    verdicts = read_answer(
        NAMES, error_entries(("b", "Conflict"), ("b", "Oops"), ("c", "Conflict"))
    )
    assert verdicts.already == ("c",)
    assert verdicts.delayed.keys() == {"b"}


@pytest.mark.parametrize("name", [None, "", "unasked"])
def test_an_entry_without_a_usable_name_makes_the_rest_suspect(name: str | None) -> None:
    """Those that are named have a verdict, the others are bisected."""
    verdicts = read_answer(NAMES, error_entries((name, "Oops"), ("a", "Conflict"), ("b", None)))
    assert verdicts.already == ("a",)
    assert verdicts.delayed == {"b": DeviceError("UnknownError", "in words")}
    assert verdicts.suspects == ("c", "d")


def test_an_entry_without_a_name_is_about_the_only_one_left() -> None:
    """With a single device left there is nothing to bisect."""
    verdicts = read_answer(("a", "b"), error_entries((None, "Oops"), ("a", "Conflict")))
    assert verdicts.delayed == {"b": DeviceError("Oops", "in words")}
    assert verdicts.suspects == ()


def test_an_entry_without_a_name_is_ignored_when_all_are_named() -> None:
    """Every device has its verdict already."""
    verdicts = read_answer(("a",), error_entries((None, "Oops"), ("a", "Conflict")))
    assert verdicts == Verdicts(already=("a",))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("LimitExceededException", "Core device already has the maximum number of devices"),
        ("Oops", "The core device already has its maximum"),
        ("InternalServerException", "could not associate b"),
        ("ThingDoesNotExist", "thing b was already removed"),
        ("Oops", "cannot associate conflict-1"),
    ],
)
def test_not_every_already_is_a_success(code: str, message: str) -> None:
    """Neither a limit that is reached already nor the device's own name."""
    (name,) = ("conflict-1",)
    verdicts = read_answer((name,), Succeeded((ErrorEntry(name, code, message),)))
    assert verdicts == Verdicts(delayed={name: DeviceError(code, message)})


def test_a_thing_that_does_not_exist_is_delayed_alone() -> None:
    """Of the others in the call nothing is known."""
    answer = ThingNotFound("b", "ResourceNotFoundException", "no such thing")
    assert read_answer(("a", "b"), answer) == Verdicts(
        delayed={"b": DeviceError("ResourceNotFoundException", "no such thing")}, undecided=("a",)
    )


@pytest.mark.parametrize(
    ("message", "about_the_core"),
    [
        ("Value at 'coreDeviceThingName' failed to satisfy constraint", True),
        ("Value at 'entries.1.member.thingName' of coreDeviceThingName c is bad", False),
        ("bad", False),
    ],
)
def test_words_may_be_about_the_core(message: str, *, about_the_core: bool) -> None:
    """If there are no fields, and nothing points at an entry."""
    assert is_about_the_core(ValidationFailed(message)) is about_the_core


def test_an_already_without_a_name_accuses_nobody() -> None:
    """An unnamed device that is associated already is no error."""
    assert read_answer(NAMES, error_entries((None, "Conflict"))) == Verdicts(done=NAMES)


@pytest.mark.parametrize(
    ("field", "message", "culprit"),
    [
        ("entries[2].thingName", "bad", "c"),
        ("entries.2.member.thingName", "bad", "b"),
        ("entries.member.2.thingName", "bad", "b"),
        ("entries.2.thingName", "bad", "c"),
        ("/entries/2/thingName", "bad", "c"),
        ("thingName", "value at 'entries.2.member.thingName' is malformed", "b"),
        ("thingName", "value 'd' does not match", "d"),
        ("d", "", "d"),
    ],
)
def test_fields_name_the_culprit(field: str, message: str, culprit: str) -> None:
    """By index from 0 or from 1, or by the name itself."""
    verdicts = read_answer(NAMES, ValidationFailed("refused", ((field, message),)))
    assert verdicts == Verdicts(suspects=NAMES, accused=frozenset({culprit}))


def test_words_without_fields_name_the_culprits() -> None:
    """As services put it that have no fields; each of several is found."""
    words = (
        "2 errors: Value at 'entries.1.member.thingName' bad; at 'entries.4.member.thingName' bad"
    )
    verdicts = read_answer(NAMES, ValidationFailed(words))
    assert verdicts == Verdicts(suspects=NAMES, accused=frozenset("ad"))


def test_a_name_before_a_colon_is_recognized() -> None:
    """A colon may be part of a thing name, and usually is not."""
    names = ("lamp-1", "lamp-2")
    verdicts = read_answer(
        names, ValidationFailed("refused", (("thingName", "lamp-2: not allowed"),))
    )
    assert verdicts.accused == {"lamp-2"}


@pytest.mark.parametrize(
    "fields",
    [
        (),
        (("entries", "bad"),),
        (("entries[4].thingName", "bad"),),
        (("entries.0.member", "bad"),),
        (("entries[" + "9" * 5000 + "]", "bad"),),
    ],
)
def test_fields_of_no_use_make_all_suspect(fields: tuple[tuple[str, str], ...]) -> None:
    """Nobody is named, or a place outside the batch is."""
    assert read_answer(NAMES, ValidationFailed("refused", fields)) == Verdicts(suspects=NAMES)


@pytest.mark.parametrize(
    ("fields", "said"), [((), "refused"), ((("x", ""), ("y", "field words")), "field words")]
)
def test_a_single_name_that_is_refused_has_failed(
    fields: tuple[tuple[str, str], ...], said: str
) -> None:
    """No other device can be at fault."""
    verdicts = read_answer(("a",), ValidationFailed("refused", fields))
    assert verdicts == Verdicts(refused={"a": DeviceError("ValidationException", said)})


def test_a_refused_core_is_no_device_s_fault() -> None:
    """Fields that speak of the core device are kept apart from those that speak of entries."""
    assert is_about_the_core(ValidationFailed("", (("coreDeviceThingName", "too long"),)))
    assert not is_about_the_core(ValidationFailed("", (("entries[0].thingName", "coreDevice"),)))


ENTRIES = st.builds(
    ErrorEntry,
    st.none() | st.sampled_from(numbered(6)) | UNICODE,
    st.none() | st.sampled_from(["Conflict", "ResourceNotFoundException", "Oops"]) | UNICODE,
    st.none() | UNICODE,
)
ANSWERS = st.builds(Succeeded, st.lists(ENTRIES, max_size=8).map(tuple)) | st.builds(
    ValidationFailed,
    UNICODE,
    st.lists(
        st.tuples(
            st.sampled_from(["entries[1]", "entries.2.member", "x"]) | UNICODE,
            st.sampled_from(numbered(6)) | UNICODE,
        ),
        max_size=8,
    ).map(tuple),
)


@given(st.integers(1, 6).map(numbered), ANSWERS)
def test_every_device_is_in_exactly_one_group(
    names: list[str], answer: Succeeded | ValidationFailed
) -> None:
    """No answer loses a device or puts it in two groups."""
    read_answer(names, answer).check(names)


@pytest.mark.parametrize(
    "verdicts",
    [
        Verdicts(done=("a",)),
        Verdicts(done=("a", "b"), already=("b",)),
        Verdicts(done=("a", "b", "c")),
        Verdicts(done=("a", "b"), accused=frozenset("a")),
    ],
    ids=["one is missing", "one is in two groups", "one is of another call", "no suspect"],
)
def test_wrong_verdicts_are_a_defect(verdicts: Verdicts) -> None:
    """They are found before anything is stored."""
    with pytest.raises(AssertionError):
        verdicts.check(("a", "b"))
