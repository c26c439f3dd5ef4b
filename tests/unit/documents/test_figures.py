"""Figures in the documents are those of the source."""

import pytest

from client_device_associator.cloud.bounded_http import MAX_BODY_BYTES
from client_device_associator.cloud.calls import CALL_DEADLINE_SECONDS, WARM_UP_SECONDS
from client_device_associator.cloud.worker import MAX_ADDRESS_SPACE_BYTES
from client_device_associator.core import backoff, rounds
from client_device_associator.core.enqueue import MAX_WAITING_PER_DEVICE
from client_device_associator.core.policy import MAX_BATCH
from client_device_associator.core.thing_name import MAX_LENGTH
from client_device_associator.journal.set_aside import MAX_SET_ASIDE
from client_device_associator.messages.announcement import (
    MAX_ID_LENGTH,
    MAX_NAMES,
    MAX_PAYLOAD_BYTES,
)
from client_device_associator.messages.encoding import MAX_MESSAGE_BYTES
from client_device_associator.messages.result_message import MAX_RESULTS_IN_JSON
from client_device_associator.messages.topic import MAX_TOPIC_BYTES
from client_device_associator.nucleus.ipc import ANSWER_TIMEOUT_SECONDS, CONNECT_PATIENCE_SECONDS
from client_device_associator.pipeline import inbox, intake, loop, outbox, storage
from client_device_associator.reporting import health, operator_log
from client_device_associator.session import settings_in_effect, subscriptions, thread
from support.documents import ROOT, read

MIB, KIB = 1024 * 1024, 1024
MINUTE, HOUR = 60, 3600
MILLISECONDS = 1000
WORDS = {0.1: "a tenth", 0.5: "half a", 1: "a", 2: "two", 5: "five"}

GATHERED = f"{inbox.GATHER_SECONDS * MILLISECONDS:.0f} ms"
ONE_TURN = f"up to {inbox.MAX_GATHERED} messages or {inbox.MAX_GATHERED_BYTES // KIB} KiB"
ROOM = f"{inbox.MAX_MESSAGES:,} messages, {inbox.MAX_BYTES // MIB} MiB"
REJECTIONS = (
    f"{intake.REJECTIONS_AT_ONCE:,} at once, then {intake.REJECTIONS_PER_SECOND:g} a second"
)
AGAIN = f"after {outbox.FAILED_AGAIN_SECONDS:g} s growing to 60 s"
FORBIDDEN = f"after {outbox.REFUSED_AGAIN_SECONDS / MINUTE:g} min when accessControl forbids it"
QUIET = f"{WORDS[settings_in_effect.QUIET_SECONDS]} second"
PAUSE = loop.AFTER_DEFECT_SECONDS
LONGEST_PAUSE = PAUSE * 2**loop._AFTER_DEFECT_DOUBLINGS  # noqa: SLF001 - the document has the figure
DENIED, SERVICE = backoff.PERMISSION, backoff.SERVICE

PHRASES = {
    "README.md": (f"batches of up to {MAX_BATCH}",),
    "docs/messages.md": (
        f"string of up to {MAX_ID_LENGTH} characters",
        f"| 1 to {MAX_LENGTH} of `a-z A-Z 0-9 : _ -` |",
        f"| {MAX_NAMES:,}, repeats included |",
        f"more than {MAX_NAMES:,} names in one message",
        f"| {MAX_PAYLOAD_BYTES:,} bytes of a binary message",
        f"more than {MAX_PAYLOAD_BYTES:,} bytes",
        f"| {ROOM} of payloads in memory",
        f"| {REJECTIONS} |",
        f"| {MAX_WAITING_PER_DEVICE}, different in topic or `id` |",
        f"a topic of more than {MAX_TOPIC_BYTES} bytes",
        f"topics of at most {MAX_TOPIC_BYTES - len('/status')} bytes",
        f"within {GATHERED} of the first are written in one synced transaction, {ONE_TURN}",
        f"for the {subscriptions.BOTH_SECONDS:g} s of a renewal",
        f"tried again {AGAIN}, and {FORBIDDEN}",
        f"A result message has at most {MAX_MESSAGE_BYTES:,} bytes",
        f"UTF-8 JSON, of at most {MAX_MESSAGE_BYTES:,} bytes",
        f"JSON messages have {WORDS[MAX_RESULTS_IN_JSON]} results at most",
        f"with `results.encoding: json` at most {WORDS[MAX_RESULTS_IN_JSON]}",
        f"at most every {health.ON_CHANGE_SECONDS:g} s",
        f"answered at most once {WORDS[health.ON_REQUEST_SECONDS]} second",
    ),
    "docs/architecture.md": (
        f"{ROOM}.",
        f"within {GATHERED} of a first message, {ONE_TURN}",
        f"bounded; gathers for {GATHERED}",
        f"at most {outbox.MAX_IN_FLIGHT} at a time",
        f"waits for its answers, up to {ANSWER_TIMEOUT_SECONDS:g} s each",
        f"for at most {settings_in_effect.GIVE_UP_SECONDS:g} s, nothing is subscribed",
        f"started up to {WARM_UP_SECONDS:g} s before a call is expected",
        f"It reads at most {MAX_BODY_BYTES // MIB} MiB of a response",
        f"may map at most {MAX_ADDRESS_SPACE_BYTES // MIB // KIB} GiB of memory",
        f"| SIGTERM or SIGINT | {loop.EXIT_STOPPED} |",
        f"cannot be made | {loop.EXIT_FAILED} |",
        f"for at most {loop.TAKE_IN_SECONDS:g} s; a call in flight is ended",
        f"it waits up to {CONNECT_PATIENCE_SECONDS:g} s for a nucleus",
        f"end a call that has had {CALL_DEADLINE_SECONDS:g} s",
        f"it tries again after {storage.TRY_AGAIN_SECONDS:g} s",
        f"waits for {PAUSE:g} s, doubling up to {LONGEST_PAUSE:g} s",
        f"after {thread.AFTER_DEFECT_SECONDS:g} s another session is built",
        f"at most {operator_log._MAX_DEFECTS} of them",  # noqa: SLF001 - the document has the figure
        f"after up to {backoff.DEVICE.base:g} s at first and up to",
        f"up to {backoff.DEVICE.cap / MINUTE:g} min in the end, with full jitter",
        f"rounds of {SERVICE.first:g} s, {SERVICE.length(2):g} s, {SERVICE.length(3):g} s …",
        f"… {SERVICE.cap:g} s, or `Retry-After` and up to {WORDS[rounds.ASKED_SPREAD]} more",
        f"is put off for up to {backoff.LISTS.cap / HOUR:g} h",
        f"the same, up to {backoff.TOKEN_EXCHANGE.cap:g} s",
        f"| {DENIED.floor / MINUTE:g} min, growing to {DENIED.cap / HOUR:g} h |",
        f"the {WORDS[MAX_SET_ASIDE]} newest are kept",
    ),
    "docs/configuration.md": (
        f"of at most {MAX_TOPIC_BYTES} bytes",
        f"{QUIET} after the last of a deployment's changes",
        f"after {settings_in_effect.LONGEST_QUIET_SECONDS:g} s at the latest",
    ),
    "docs/deploying.md": (f"it asks again after {DENIED.floor / MINUTE:g} min at first",),
    "docs/operating.md": (f"the newest {WORDS[MAX_SET_ASIDE]} are kept",),
}
"""By the document in which they are."""


@pytest.mark.parametrize(
    ("document", "phrase"),
    [(document, phrase) for document, phrases in PHRASES.items() for phrase in phrases],
)
def test_a_figure_is_that_of_the_source(document: str, phrase: str) -> None:
    """The phrase with the figure is in the document, word for word."""
    assert phrase in read(ROOT / document)
