"""The fixtures of the plugin, as somebody uses them who tests a component."""

import pytest

from greengrass_sandbox.command.new import make

pytest_plugins = ["pytester"]


@pytest.fixture
def run(pytester: pytest.Pytester) -> pytest.Pytester:
    """A component's project as `new` makes it, in whose folder pytest runs."""
    make("com.example.Hello", pytester.path)
    return pytester


def test_a_component_is_tested_on_both_nuclei(run: pytest.Pytester) -> None:
    """With the test that `new` has made, side by side with xdist."""
    result = run.runpytest("-n", "1", "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines_random(["*test_it_answers*classic*", "*test_it_answers*lite*"])


def test_a_failure_tells_what_happened(run: pytest.Pytester) -> None:
    """The component's log, the messages, the calls to the cloud; and who listens to what."""
    file = run.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.nucleus("lite")

        def test_that_fails(deploy, bus):
            deploy("recipe.yaml", "artifacts")
            bus.publish("hello/request", {"name": "Ada"})
            with pytest.raises(TimeoutError, match="com.example.Hello: .'hello/request'"):
                bus.publish("hello/other", b"", within=0.2)
            bus.expect("hello/response", where=lambda message: "Eve" in message.json()["text"],
                       within=2)
        """
    )
    result = run.runpytest(file, "-p", "no:xdist")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*TimeoutError: no message on hello/response*",
            "*com.example.Hello is RUNNING, its log*",
            "*stdout. answering *Hello, Ada*",
            "*messages on local publish/subscribe*",
            "greengrass_sandbox on hello/request: *Ada*",
            "com.example.Hello on hello/response: *Hello, Ada*",
        ]
    )


def test_cloud_and_token_exchange_are_at_hand(run: pytest.Pytester) -> None:
    """And the nucleus is the one that was asked for on the command line."""
    file = run.makepyfile(
        """
        import http.client

        def test_hands(core_device, cloud, token_exchange):
            cloud.add_things("sensor-1")
            cloud.associate("sensor-1")
            assert cloud.associated == {"sensor-1"}
            cloud.disassociate("sensor-1")
            assert not cloud.associated and not cloud.calls
            with cloud.failing("ThrottlingException", times=1):
                assert [it.kind for it in core_device.cloud.faults.values()]
            assert not core_device.cloud.faults
            with token_exchange.failing("null"):
                assert core_device.token_exchange.mode == "null"
            assert core_device.token_exchange.mode == "ok"
            assert core_device.profile.name == "lite"
        """
    )
    run.runpytest(file, "-p", "no:xdist", "--nucleus", "lite").assert_outcomes(passed=1)


def test_an_unknown_nucleus_is_a_mistake(run: pytest.Pytester) -> None:
    """It is said before anything runs."""
    file = run.makepyfile(
        """
        import pytest

        @pytest.mark.nucleus("middling")
        def test_nothing(core_device):
            pass
        """
    )
    result = run.runpytest(file, "-p", "no:xdist")
    result.stdout.fnmatch_lines(["*no such nucleus: *middling*"])
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_other_services_are_answered_by_a_function(run: pytest.Pytester) -> None:
    """Or by a server; and a test waits for the requests."""
    run.makepyfile(
        """
        import boto3

        def test_metrics(core_device, cloud):
            mine = core_device.account.administrator()
            client = boto3.client(
                "cloudwatch", region_name="eu-west-1",
                endpoint_url=core_device.account.services.url,
                aws_access_key_id=mine.access_key_id,
                aws_secret_access_key=mine.secret_access_key, aws_session_token=mine.session_token,
            )
            cloud.forward("http://127.0.0.1:1")
            cloud.answer("monitoring", lambda request: {})
            client.put_metric_data(Namespace="Plant", MetricData=[{"MetricName": "P", "Value": 1}])
            (request,) = cloud.wait_for_requests("monitoring")
            assert request.operation == "PutMetricData"
            assert cloud.requests("s3") == []
            raise RuntimeError("to see the report")
        """
    )
    result = run.runpytest("-p", "no:xdist", "--nucleus", "lite", "-k", "test_metrics")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*requests to other services*", "200 monitoring PutMetricData"])
