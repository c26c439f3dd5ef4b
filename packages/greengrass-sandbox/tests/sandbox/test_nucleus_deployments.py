"""Deployments as a component takes part in them."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from awsiot.greengrasscoreipc import model

from greengrass_sandbox.kinds import CLASSIC, LITE
from greengrass_sandbox.nucleus.errors import DeploymentRejected
from sandbox.nucleus_support import Component, Core, running


@pytest.fixture
def classic(tmp_path: Path) -> Iterator[Core]:
    """A classic nucleus."""
    with running(CLASSIC, tmp_path) as core:
        yield core


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    """A thread in which a deployment waits for a component."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        yield executor


def report(component: Component, status: str, deployment_id: str, message: str = "") -> None:
    """SendConfigurationValidityReport."""
    verdict = model.ConfigurationValidityReport(
        status=status, deployment_id=deployment_id, message=message
    )
    component.call(
        component.client.new_send_configuration_validity_report(),
        model.SendConfigurationValidityReportRequest(configuration_validity_report=verdict),
    )


def defer(component: Component, deployment_id: str, recheck_after_ms: int) -> None:
    """DeferComponentUpdate."""
    request = model.DeferComponentUpdateRequest(
        deployment_id=deployment_id, message="", recheck_after_ms=recheck_after_ms
    )
    component.call(component.client.new_defer_component_update(), request)


def test_an_accepted_configuration_is_applied(classic: Core, executor: ThreadPoolExecutor) -> None:
    """The component is shown the whole future configuration while the old one still holds."""
    component = classic.component("c", {"a": 1, "b": 2})
    inbox = component.subscribe_to_validation()
    deployment = executor.submit(classic.call, classic.nucleus.merge_configuration, "c", {"a": 3})
    event = inbox.next().validate_configuration_update_event
    assert event.configuration == {"a": 3, "b": 2}
    assert component.configuration() == {"a": 1, "b": 2}
    report(component, "ACCEPTED", event.deployment_id)
    deployment.result()
    assert component.configuration() == {"a": 3, "b": 2}


def test_a_veto_fails_the_deployment(classic: Core, executor: ThreadPoolExecutor) -> None:
    """The deployment fails with the component's words, and nothing has changed."""
    component = classic.component("c", {"a": 1})
    inbox, updates = component.subscribe_to_validation(), component.subscribe_to_configuration()
    deployment = executor.submit(classic.call, classic.nucleus.merge_configuration, "c", {"a": 3})
    event = inbox.next().validate_configuration_update_event
    report(component, "REJECTED", event.deployment_id, "a must be 1")
    with pytest.raises(DeploymentRejected, match="c rejected its configuration: a must be 1"):
        deployment.result()
    assert component.configuration() == {"a": 1}
    assert updates.events.empty()


def test_no_verdict_fails_the_deployment(tmp_path: Path) -> None:
    """After the time for it, and a verdict that comes later is refused."""
    with running(CLASSIC.with_figures(validation_timeout_seconds=0.01), tmp_path) as core:
        component = core.component("c", {"a": 1})
        inbox = component.subscribe_to_validation()
        with pytest.raises(DeploymentRejected, match="did not report within"):
            core.call(core.nucleus.merge_configuration, "c", {"a": 3})
        event = inbox.next().validate_configuration_update_event
        with pytest.raises(model.InvalidArgumentsError):
            report(component, "ACCEPTED", event.deployment_id)
        assert component.configuration() == {"a": 1}


def test_twenty_seconds_are_the_default() -> None:
    """As nucleus-facts has it for classic."""
    assert CLASSIC.figures.validation_timeout_seconds == 20


def test_who_does_not_change_is_not_asked(classic: Core) -> None:
    """A merge that changes nothing needs no verdict."""
    component = classic.component("c", {"a": 1})
    inbox = component.subscribe_to_validation()
    classic.call(classic.nucleus.merge_configuration, "c", {"a": 1})
    assert inbox.events.empty()


def test_who_has_unsubscribed_is_not_asked(classic: Core) -> None:
    """Closing the stream ends the say."""
    component = classic.component("c", {"a": 1})
    component.unsubscribe(component.subscribe_to_validation())
    component.configuration()
    classic.call(classic.nucleus.merge_configuration, "c", {"a": 2})
    assert component.configuration() == {"a": 2}


def test_a_report_without_a_question_is_refused(classic: Core) -> None:
    """So is one without a status."""
    component = classic.component("c")
    for status in ("ACCEPTED", "PERHAPS"):
        with pytest.raises(model.InvalidArgumentsError):
            report(component, status, "deployment")


def test_a_component_agrees_to_its_update(classic: Core, executor: ThreadPoolExecutor) -> None:
    """The deployment goes on as soon as it is told not to wait; then it says that it is done."""
    component = classic.component("c")
    inbox = component.subscribe_to_updates()
    deployment = executor.submit(classic.call, classic.nucleus.ask_before_update, "d-1")
    before = inbox.next().pre_update_event
    assert (before.deployment_id, before.is_ggc_restarting) == ("d-1", False)
    defer(component, "d-1", 0)
    deployment.result()
    classic.call(classic.nucleus.announce_update, "d-1")
    assert inbox.next().post_update_event.deployment_id == "d-1"


def test_a_component_that_defers_is_asked_again(
    classic: Core, executor: ThreadPoolExecutor
) -> None:
    """After the time that it asked for."""
    component = classic.component("c")
    inbox = component.subscribe_to_updates()
    deployment = executor.submit(classic.call, classic.nucleus.ask_before_update, "d-1")
    inbox.next()
    defer(component, "d-1", 5)
    assert inbox.next().pre_update_event.deployment_id == "d-1"
    defer(component, "d-1", 0)
    deployment.result()


def test_a_component_that_does_not_answer_is_updated_in_the_end(tmp_path: Path) -> None:
    """The deployment waits out its policy and goes ahead."""
    with running(CLASSIC.with_figures(component_update_timeout_seconds=0.01), tmp_path) as core:
        inbox = core.component("c").subscribe_to_updates()
        core.call(core.nucleus.ask_before_update, "d-1")
        assert inbox.next().pre_update_event


def test_nobody_to_ask(classic: Core) -> None:
    """Without subscribers there is nothing to wait for."""
    classic.call(classic.nucleus.ask_before_update, "d-1")


@pytest.mark.parametrize("profile", [CLASSIC, LITE], ids=["classic", "lite"])
def test_states_are_reported(profile: Any, tmp_path: Path) -> None:  # noqa: ANN401 - mypy knows it
    """The last one counts, until the component is registered again."""

    def report(state: str) -> None:
        component.call(component.client.new_update_state(), model.UpdateStateRequest(state=state))

    with running(profile, tmp_path) as core:
        component = core.component("c")
        assert core.call(core.nucleus.state_of, "c") is None
        for state in ("RUNNING", "ERRORED"):
            report(state)
            assert core.call(core.nucleus.state_of, "c") == state
        with pytest.raises(model.ServiceError):
            report("TIRED")
        core.register("c")
        assert core.call(core.nucleus.state_of, "c") is None
        # States that are none of a component's business: lite takes every one that there is.
        if profile is LITE:
            report("BROKEN")
        else:
            with pytest.raises(model.ServiceError):
                report("BROKEN")


def test_a_stopped_nucleus_leaves_no_thread(tmp_path: Path) -> None:
    """Stopping twice is harmless, and starting again works."""
    threads = threading.active_count()
    with running(LITE, tmp_path) as core:
        core.component("c")
        core.call(core.nucleus.stop)
        core.call(core.nucleus.stop)
        assert not core.nucleus.socket_path.exists()
        core.call(core.nucleus.start)
        core.component("c")
    assert threading.active_count() == threads
