import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from greengrass_sandbox.kinds import CLASSIC, LITE
from sandbox.nucleus_support import TIMEOUT_SECONDS, Core, RawComponent, running

# Together more than any kernel keeps for one socket.
MESSAGE = b"x" * 7_000
COUNT = 400


def slow_subscriber(core: Core) -> RawComponent:
    """A component that has subscribed to `slow` and reads no more."""
    raw = core.raw_component("slow")
    raw.request(1, "SubscribeToTopic", b'{"topic":"slow"}')
    assert raw.read().headers["service-model-type"] == "aws.greengrass#SubscribeToTopicResponse"
    return raw


def test_classic_queues_for_a_slow_subscriber(tmp_path: Path) -> None:
    """Nobody waits, and once it reads it gets every message."""
    with running(CLASSIC, tmp_path) as core:
        slow = slow_subscriber(core)
        publisher = core.component("publisher")
        for _ in range(COUNT):
            publisher.publish_bytes("slow", MESSAGE)
        for _ in range(COUNT):
            assert "binaryMessage" in slow.read_json()


def test_lite_stalls_for_a_slow_subscriber_and_then_drops(tmp_path: Path) -> None:
    """A full socket blocks the whole device for a while at each message, which is then lost."""
    blocked_seconds = 0.01
    with running(LITE.with_figures(slow_write_seconds=blocked_seconds), tmp_path) as core:
        slow = slow_subscriber(core)
        publisher, bystander = core.component("publisher"), core.component("bystander")
        inbox = bystander.subscribe("other")
        for _ in range(COUNT):
            publisher.publish_bytes("slow", MESSAGE)
        publisher.publish_bytes("slow", b"last before it reads")

        async def stalled() -> float:
            start = time.monotonic()
            await core.nucleus.publish("slow", b"dropped")
            return time.monotonic() - start

        assert core.call(stalled) >= blocked_seconds * 0.9
        bystander.publish_bytes("other", b"still served")
        assert inbox.next().binary_message.message == b"still served"
        slow.request(2, "GetConfiguration", b"{}")
        received = 0
        while "value" not in slow.read_json():
            received += 1
        assert 0 < received < COUNT


def test_a_slow_subscriber_that_goes_away_frees_the_device(tmp_path: Path) -> None:
    """Closing the socket ends the wait, though it would have been long."""
    with running(LITE.with_figures(slow_write_seconds=3600), tmp_path) as core:
        slow = slow_subscriber(core)
        published = 0

        async def publish_all() -> None:
            nonlocal published
            for _ in range(COUNT):
                await core.nucleus.publish("slow", MESSAGE)
                published += 1

        with ThreadPoolExecutor(max_workers=1) as executor:
            publishing = executor.submit(core.call, publish_all)
            # The loop is free to answer this only when the publishing waits, or is done.
            while (stuck_at := core.call(lambda: published)) == 0:
                pass
            assert stuck_at < COUNT
            slow.socket.close()
            publishing.result(TIMEOUT_SECONDS)
        assert published == COUNT
