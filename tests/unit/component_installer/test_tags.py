"""Which wheels fit."""

from pathlib import PurePath

import pytest

from component_installer.tags import Target, rank, wheel_name

DEVICE = Target((3, 12), "x86_64", "glibc", (2, 31))
ALPINE = Target((3, 12), "aarch64", "musl", (1, 2))


def ranked(tags: str, target: Target = DEVICE) -> int | None:
    """How well a wheel with these tags fits."""
    name = wheel_name(PurePath(f"library-1.0-{tags}.whl"))
    assert name is not None
    return rank(name, target)


@pytest.mark.parametrize(
    "tags",
    [
        "py3-none-any",
        "py2.py3-none-any",
        "cp312-cp312-manylinux_2_31_x86_64",
        "cp312-cp312-manylinux1_x86_64",
        "cp311-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64",
        "cp39-none-manylinux2010_x86_64",
    ],
)
def test_what_fits(tags: str) -> None:
    """Pure Python, this Python, the stable ABI of an older one; on this libc or an older one."""
    assert ranked(tags) is not None


@pytest.mark.parametrize(
    "tags",
    [
        "py2-none-any",
        "cp311-cp311-manylinux2014_x86_64",
        "cp313-abi3-manylinux2014_x86_64",
        "cp313-cp313-manylinux2014_x86_64",
        "cp312-cp312-manylinux_2_32_x86_64",
        "cp312-cp312-manylinux_3_1_x86_64",
        "cp312-cp312-manylinux2014_aarch64",
        "cp312-cp312-musllinux_1_1_x86_64",
        "cp312-cp312-win_amd64",
        "cp312-cp312-linux_x86_64",
        "pp310-pypy310_pp73-manylinux2014_x86_64",
    ],
)
def test_what_does_not_fit(tags: str) -> None:
    """Another Python, a newer libc, another libc, another processor, another system."""
    assert ranked(tags) is None


def test_musl_is_not_glibc() -> None:
    """Alpine takes musllinux wheels alone."""
    assert ranked("cp311-abi3-musllinux_1_1_aarch64", ALPINE) is not None
    assert ranked("cp311-abi3-manylinux2014_aarch64", ALPINE) is None
    assert ranked("cp311-abi3-musllinux_1_3_aarch64", ALPINE) is None


def test_the_one_for_the_newest_python_is_the_best() -> None:
    """A package may bring one wheel for several versions."""
    newer, older, pure = map(
        ranked,
        ("cp311-abi3-manylinux2014_x86_64", "cp38-abi3-manylinux2014_x86_64", "py3-none-any"),
    )
    assert newer is not None
    assert older is not None
    assert pure is not None
    assert newer > older > pure


@pytest.mark.parametrize("name", ["library-1.0.tar.gz", "library.whl", "a-b-c-d-e-f-g.whl"])
def test_other_files_are_no_wheels(name: str) -> None:
    """They may lie beside them."""
    assert wheel_name(PurePath(name)) is None


def test_a_target_is_named_as_a_person_would() -> None:
    """In messages."""
    assert str(DEVICE) == "CPython 3.12 on x86_64 with glibc 2.31"
