"""The files for GitHub are well formed, and run what there is."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.documents import ROOT, read, table

GITHUB = ROOT / ".github"
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
FIELDS = {"markdown", "textarea", "input", "dropdown", "checkboxes"}
WITH_OPTIONS = {"dropdown", "checkboxes"}
CONTRIBUTING = read(ROOT / "CONTRIBUTING.md")


def workflow() -> dict[str, Any]:
    """The workflow; YAML takes its key "on" for true."""
    document: dict[str, Any] = yaml.safe_load(read(GITHUB / "workflows" / "ci.yml"))
    return document


def test_the_workflow_runs_what_there_is() -> None:
    """Targets of the Makefile and a script, with no more rights than reading."""
    jobs = workflow()["jobs"].values()
    commands = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
    for command in commands:
        program, what = command.split()
        assert what in targets if program == "make" else (ROOT / what).exists()
    assert "sh .ci/run" in commands
    assert workflow()["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job for job in jobs)


def test_the_workflow_is_on_every_python_that_is_supported() -> None:
    """All of it on the lowest and the highest, something on those between."""
    jobs = workflow()["jobs"]
    whole = jobs["all"]["strategy"]["matrix"]["python"]
    between = jobs["unit"]["strategy"]["matrix"]["python"]
    assert [*whole[:1], *between, *whole[1:]] == [f"3.{minor}" for minor in range(10, 14)]
    assert f'requires-python = ">={whole[0]}"' in read(ROOT / "pyproject.toml")


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_is_one_that_github_shows(path: Path) -> None:
    """Fields of known kinds, each with its own id and a label."""
    form = yaml.safe_load(read(path))
    if path.stem == "config":
        assert all({"name", "url", "about"} == one.keys() for one in form["contact_links"])
        return
    assert {"name", "description", "body"} <= form.keys()
    ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
    assert len(set(ids)) == len(ids)
    for field in form["body"]:
        assert field["type"] in FIELDS
        attributes = field["attributes"]
        assert ("options" in attributes) == (field["type"] in WITH_OPTIONS)
        assert ("value" if field["type"] == "markdown" else "label") in attributes


def test_what_a_pull_request_is_asked_for_is_there() -> None:
    """Targets and files."""
    text = read(GITHUB / "PULL_REQUEST_TEMPLATE.md")
    for name in re.findall(r"`([^`]+)`", text):
        known = name.startswith(("make ", "["))
        assert known or (ROOT / name).exists()


def test_the_map_of_the_code_has_every_folder() -> None:
    """Of sources, and of the repository."""
    rows = {
        re.findall(r"`([^`]+)/`", row[0])[0] for row in table(CONTRIBUTING, "## A map of the code")
    }
    sources = {
        f"src/{path.name}" for path in (ROOT / "src").iterdir() if (path / "__init__.py").exists()
    }
    assert sources <= rows
    others = {"artifacts", "tests", "benchmarks", "docs", "docs/decisions"}
    assert rows - sources == others | {"packages/greengrass-sandbox"}
    assert all((ROOT / name).is_dir() for name in rows)


def test_the_first_change_meets_the_lines_that_it_changes() -> None:
    """Or a newcomer's first steps lead nowhere."""
    bad = read(ROOT / "tests/unit/configuration/test_parser_bad_documents.py")
    assert '{"limits": {"maxAttempts": "1001"}}' in bad
    assert "/limits/maxAttempts: found '1001', expected a whole number from 1 to 1000\n" in bad
    options = read(ROOT / "src/client_device_associator/configuration/options.py")
    assert re.search(r'"limits\.maxAttempts",\n\s+10,\n\s+Number\(1, 1000', options)
    lines = read(ROOT / "docs" / "configuration.md").splitlines()
    (row,) = [line for line in lines if line.startswith("| `limits.maxAttempts` |")]
    assert "1 to 1000" in row
