"""Bad configuration documents, each with everything that is said of it."""

import json
from typing import Any

import pytest

from client_device_associator.configuration.parser import (
    parse_configuration,
)

BAD = r"""
# announcements
{"announcements": 5}
    /announcements: found 5, expected a map of maps
{"announcements": []}
    /announcements: found [], expected a map of maps
{"announcements": {}}
    /announcements: found {}, expected at least one entry with a topic
{"announcements": {"shared": null, "own": "null"}}
    /announcements: found {'shared': None, 'own': 'null'}, expected at least one entry with a topic
{"announcements": {"a": "clientdevices/announce"}}
    /announcements/a: found 'clientdevices/announce', expected a map
    /announcements/a/topic: found nothing, expected a topic of at least one character
{"announcements": {"a": {}}}
    /announcements/a/topic: found nothing, expected a topic of at least one character
{"announcements": {"a": {"thingName": "{topic:1}"}}}
    /announcements/a/topic: found nothing, expected a topic of at least one character
{"announcements": {"a": {"topic": null}}}
    /announcements/a/topic: found None, expected a topic of at least one character
# filters
{"announcements": {"a": {"topic": 5}}}
    /announcements/a/topic: found 5, expected a string
{"announcements": {"a": {"topic": ["a"]}}}
    /announcements/a/topic: found ['a'], expected a string
{"announcements": {"a": {"topic": ""}}}
    /announcements/a/topic: found '', expected a topic of at least one character
{"announcements": {"a": {"topic": "a+/b"}}}
    /announcements/a/topic: found 'a+/b', expected a filter in which '+' is a whole level
{"announcements": {"a": {"topic": "a/#/b"}}}
    /announcements/a/topic: found 'a/#/b', expected a filter in which '#' is the whole last level
{"announcements": {"a": {"topic": "a#"}}}
    /announcements/a/topic: found 'a#', expected a filter in which '#' is the whole last level
{"announcements": {"a": {"topic": "a/b?"}}}
    /announcements/a/topic: found 'a/b?', expected a topic without '?', '*' or null character, which local pub/sub does not take
{"announcements": {"a": {"topic": "a\u0000"}}}
    /announcements/a/topic: found 'a\x00', expected a topic without '?', '*' or null character, which local pub/sub does not take
{"announcements": {"a": {"topic": "clientdevices/associator/health"}}}
    /announcements/a/topic: found 'clientdevices/associator/health', expected a filter that does not match clientdevices/associator/health, which is the component's own
{"announcements": {"a": {"topic": "clientdevices/associator/+"}}}
    /announcements/a/topic: found 'clientdevices/associator/+', expected a filter that does not match clientdevices/associator/health, which is the component's own
{"announcements": {"a": {"topic": "clientdevices/+/+"}}}
    /announcements/a/topic: found 'clientdevices/+/+', expected a filter that does not match clientdevices/associator/health, which is the component's own
{"announcements": {"a": {"topic": "#"}}}
    /announcements/a/topic: found '#', expected a filter that does not match clientdevices/associator/health, which is the component's own
    /results/topic: found nothing, expected a topic that no announcement filter matches: results for # would come back as announcements on #
{"announcements": {"a": {"topic": "clientdevices/#"}}}
    /announcements/a/topic: found 'clientdevices/#', expected a filter that does not match clientdevices/associator/health, which is the component's own
    /results/topic: found nothing, expected a topic that no announcement filter matches: results for clientdevices/# would come back as announcements on clientdevices/#
{"announcements": {"a/b~c": {"topic": "+a"}}}
    /announcements/a~1b~0c/topic: found '+a', expected a filter in which '+' is a whole level
# templates
{"announcements": {"a": {"topic": "t", "thingName": 5}}}
    /announcements/a/thingName: found 5, expected a string
{"announcements": {"a": {"topic": "t", "thingName": "lamp"}}}
    /announcements/a/thingName: found 'lamp', expected a template with {topic:N} or {payload:/json/pointer}
{"announcements": {"a": {"topic": "t", "thingName": "{topic}"}}}
    /announcements/a/thingName: found '{topic}', expected {topic:N} or {payload:/json/pointer} in place of {topic}
{"announcements": {"a": {"topic": "t", "thingName": "{topic:-1}"}}}
    /announcements/a/thingName: found '{topic:-1}', expected {topic:N} or {payload:/json/pointer} in place of {topic:-1}
{"announcements": {"a": {"topic": "t", "thingName": "{topic:01}"}}}
    /announcements/a/thingName: found '{topic:01}', expected {topic:N} or {payload:/json/pointer} in place of {topic:01}
{"announcements": {"a": {"topic": "t", "thingName": "{payload:serial}"}}}
    /announcements/a/thingName: found '{payload:serial}', expected {topic:N} or {payload:/json/pointer} in place of {payload:serial}
{"announcements": {"a": {"topic": "t", "thingName": "{payload:/a~2}"}}}
    /announcements/a/thingName: found '{payload:/a~2}', expected {topic:N} or {payload:/json/pointer} in place of {payload:/a~2}
{"announcements": {"a": {"topic": "t", "thingName": "{thingName}"}}}
    /announcements/a/thingName: found '{thingName}', expected {topic:N} or {payload:/json/pointer} in place of {thingName}
{"announcements": {"a": {"topic": "t", "thingName": "x{topic:0"}}}
    /announcements/a/thingName: found 'x{topic:0', expected braces in pairs, as in {topic:N} and {payload:/…}
{"announcements": {"a": {"topic": "t", "thingName": "{topic:0}}"}}}
    /announcements/a/thingName: found '{topic:0}}', expected braces in pairs, as in {topic:N} and {payload:/…}
{"announcements": {"a": {"topic": "t", "thingName": "{}"}}}
    /announcements/a/thingName: found '{}', expected {topic:N} or {payload:/json/pointer} in place of {}
{"announcements": {"a": {"topic": "t", "thingName": {"a": 1}}}}
    /announcements/a/thingName: found {'a': 1}, expected a string
# results
{"results": "x"}
    /results: found 'x', expected a map
{"results": {"topic": 5}}
    /results/topic: found 5, expected a string
{"results": {"topic": ""}}
    /results/topic: found '', expected a topic of at least one character
{"results": {"topic": "a/+"}}
    /results/topic: found 'a/+', expected a topic to publish to, without '+' or '#'
{"results": {"topic": "a/#"}}
    /results/topic: found 'a/#', expected a topic to publish to, without '+' or '#'
{"results": {"topic": "{topic}/{x}"}}
    /results/topic: found '{topic}/{x}', expected no placeholder but {topic}, {thingName} and {coreThingName}
{"results": {"topic": "{topic:1}/status"}}
    /results/topic: found '{topic:1}/status', expected no placeholder but {topic}, {thingName} and {coreThingName}
{"results": {"topic": "{topic"}}
    /results/topic: found '{topic', expected no placeholder but {topic}, {thingName} and {coreThingName}
{"results": {"topic": "r?"}}
    /results/topic: found 'r?', expected a topic without '?', '*' or null character, which local pub/sub does not take
{"results": {"encoding": "xml"}}
    /results/encoding: found 'xml', expected one of binary, json
{"results": {"encoding": "JSON"}}
    /results/encoding: found 'JSON', expected one of binary, json
{"results": {"encoding": ["json"]}}
    /results/encoding: found ['json'], expected one of binary, json
{"results": {"receipts": "yes"}}
    /results/receipts: found 'yes', expected true or false
{"results": {"receipts": 1}}
    /results/receipts: found 1, expected true or false
{"results": {"receipts": "True"}}
    /results/receipts: found 'True', expected true or false
{"results": {"receipts": []}}
    /results/receipts: found [], expected true or false
# loops
{"results": {"topic": "{topic}"}}
    /results/topic: found '{topic}', expected a topic that no announcement filter matches: results for clientdevices/announce would come back as announcements on clientdevices/announce
{"results": {"topic": "clientdevices/announce"}}
    /results/topic: found 'clientdevices/announce', expected a topic that no announcement filter matches: results for clientdevices/announce would come back as announcements on clientdevices/announce
{"results": {"topic": "clientdevices/{thingName}/announce"}}
    /results/topic: found 'clientdevices/{thingName}/announce', expected a topic that no announcement filter matches: results for clientdevices/announce would come back as announcements on clientdevices/+/announce
{"results": {"topic": "{coreThingName}/{thingName}/announce"}}
    /results/topic: found '{coreThingName}/{thingName}/announce', expected a topic that no announcement filter matches: results for clientdevices/announce would come back as announcements on clientdevices/+/announce
{"announcements": {"a": {"topic": "a/#"}}}
    /results/topic: found nothing, expected a topic that no announcement filter matches: results for a/# would come back as announcements on a/#
{"announcements": {"a": {"topic": "a"}, "b": {"topic": "a/status"}}}
    /results/topic: found nothing, expected a topic that no announcement filter matches: results for a would come back as announcements on a/status
{"announcements": {"a": {"topic": "a/+"}}, "results": {"topic": "a/x-{thingName}"}}
    /results/topic: found 'a/x-{thingName}', expected a topic that no announcement filter matches: results for a/+ would come back as announcements on a/+
{"results": {"topic": "clientdevices/associator/health/get"}}
    /results/topic: found 'clientdevices/associator/health/get', expected a topic that cannot become clientdevices/associator/health/get
{"results": {"topic": "clientdevices/associator/{thingName}/get"}}
    /results/topic: found 'clientdevices/associator/{thingName}/get', expected a topic that cannot become clientdevices/associator/health/get
# numbers
{"batching": 100}
    /batching: found 100, expected a map
{"batching": {"maxSize": 0}}
    /batching/maxSize: found 0, expected a whole number from 1 to 100
{"batching": {"maxSize": 101}}
    /batching/maxSize: found 101, expected a whole number from 1 to 100
{"batching": {"maxSize": 50.5}}
    /batching/maxSize: found 50.5, expected a whole number from 1 to 100
{"batching": {"maxSize": "all"}}
    /batching/maxSize: found 'all', expected a whole number from 1 to 100
{"batching": {"maxSize": true}}
    /batching/maxSize: found True, expected a whole number from 1 to 100
{"batching": {"maxSize": "nil"}}
    /batching/maxSize: found 'nil', expected a whole number from 1 to 100
{"batching": {"maxWaitSeconds": -0.1}}
    /batching/maxWaitSeconds: found -0.1, expected a number from 0 to 3600
{"batching": {"maxWaitSeconds": 3601}}
    /batching/maxWaitSeconds: found 3601, expected a number from 0 to 3600
{"batching": {"maxWaitSeconds": "soon"}}
    /batching/maxWaitSeconds: found 'soon', expected a number from 0 to 3600
{"batching": {"maxWaitSeconds": NaN}}
    /batching/maxWaitSeconds: found nan, expected a number from 0 to 3600
{"batching": {"maxWaitSeconds": "nan"}}
    /batching/maxWaitSeconds: found 'nan', expected a number from 0 to 3600
{"limits": []}
    /limits: found [], expected a map
{"limits": {"maxPending": 0}}
    /limits/maxPending: found 0, expected a whole number from 1 to 1000000
{"limits": {"maxPending": 1000001}}
    /limits/maxPending: found 1000001, expected a whole number from 1 to 1000000
{"limits": {"maxPending": {}}}
    /limits/maxPending: found {}, expected a whole number from 1 to 1000000
{"limits": {"maxAttempts": 0}}
    /limits/maxAttempts: found 0, expected a whole number from 1 to 1000
{"limits": {"maxAttempts": "1001"}}
    /limits/maxAttempts: found '1001', expected a whole number from 1 to 1000
{"limits": {"maxAttempts": 1000000000000000000000000000000}}
    /limits/maxAttempts: found 1000000000000000000000000000000, expected a whole number from 1 to 1000
{"trustSeconds": -1}
    /trustSeconds: found -1, expected a number from 0 to 31536000
{"trustSeconds": 31536001}
    /trustSeconds: found 31536001, expected a number from 0 to 31536000
{"trustSeconds": Infinity}
    /trustSeconds: found inf, expected a number from 0 to 31536000
{"trustSeconds": "1e999"}
    /trustSeconds: found '1e999', expected a number from 0 to 31536000
{"trustSeconds": ""}
    /trustSeconds: found '', expected a number from 0 to 31536000
{"workerIdleSeconds": -1}
    /workerIdleSeconds: found -1, expected a number from 0 to 86400
{"workerIdleSeconds": 86401}
    /workerIdleSeconds: found 86401, expected a number from 0 to 86400
{"workerIdleSeconds": [60]}
    /workerIdleSeconds: found [60], expected a number from 0 to 86400
{"subscriptionRenewalSeconds": 0}
    /subscriptionRenewalSeconds: found 0, expected a number from 1 to 86400
{"subscriptionRenewalSeconds": "0.5"}
    /subscriptionRenewalSeconds: found '0.5', expected a number from 1 to 86400
{"subscriptionRenewalSeconds": 86401}
    /subscriptionRenewalSeconds: found 86401, expected a number from 1 to 86400
{"subscriptionRenewalSeconds": "-Infinity"}
    /subscriptionRenewalSeconds: found '-Infinity', expected a number from 1 to 86400
# others
{"deploymentVeto": 1}
    /deploymentVeto: found 1, expected true or false
{"deploymentVeto": "yes"}
    /deploymentVeto: found 'yes', expected true or false
{"deploymentVeto": "FALSE"}
    /deploymentVeto: found 'FALSE', expected true or false
{"deploymentVeto": {}}
    /deploymentVeto: found {}, expected true or false
{"logLevel": "info"}
    /logLevel: found 'info', expected one of DEBUG, INFO, WARN, WARNING, ERROR
{"logLevel": "TRACE"}
    /logLevel: found 'TRACE', expected one of DEBUG, INFO, WARN, WARNING, ERROR
{"logLevel": 20}
    /logLevel: found 20, expected one of DEBUG, INFO, WARN, WARNING, ERROR
{"logLevel": null, "deploymentVeto": "none"}
    /deploymentVeto: found 'none', expected true or false
# several
{"announcements": {"a": {"topic": "a+", "thingName": "lamp"}, "b": {"topic": "b"}}, "results": {"encoding": "xml", "receipts": "maybe"}, "batching": {"maxSize": 101, "maxWaitSeconds": "soon"}, "limits": {"maxPending": 0, "maxAttempts": -5}, "trustSeconds": [], "workerIdleSeconds": "x", "subscriptionRenewalSeconds": 0, "deploymentVeto": 1, "logLevel": "LOUD"}
    /announcements/a/topic: found 'a+', expected a filter in which '+' is a whole level
    /announcements/a/thingName: found 'lamp', expected a template with {topic:N} or {payload:/json/pointer}
    /results/encoding: found 'xml', expected one of binary, json
    /results/receipts: found 'maybe', expected true or false
    /batching/maxSize: found 101, expected a whole number from 1 to 100
    /batching/maxWaitSeconds: found 'soon', expected a number from 0 to 3600
    /limits/maxPending: found 0, expected a whole number from 1 to 1000000
    /limits/maxAttempts: found -5, expected a whole number from 1 to 1000
    /trustSeconds: found [], expected a number from 0 to 31536000
    /workerIdleSeconds: found 'x', expected a number from 0 to 86400
    /subscriptionRenewalSeconds: found 0, expected a number from 1 to 86400
    /deploymentVeto: found 1, expected true or false
    /logLevel: found 'LOUD', expected one of DEBUG, INFO, WARN, WARNING, ERROR
{"announcements": {"a": {"topic": "#", "thingName": "{x}"}}, "results": {"topic": "a/+"}}
    /announcements/a/topic: found '#', expected a filter that does not match clientdevices/associator/health, which is the component's own
    /announcements/a/thingName: found '{x}', expected {topic:N} or {payload:/json/pointer} in place of {x}
    /results/topic: found 'a/+', expected a topic to publish to, without '+' or '#'
{"announcements": 1, "results": 2, "batching": 3, "limits": 4}
    /announcements: found 1, expected a map of maps
    /results: found 2, expected a map
    /batching: found 3, expected a map
    /limits: found 4, expected a map
"""  # noqa: E501 - a table: each document in a line, and each of its problems as it is reported

DOUBTFUL = r"""
{"trustSecond": 5}
    /trustSecond: found an unknown key, expected 'trustSeconds'
{"results": {"topics": "x"}, "batching": {"maxsize": 5}, "limits": {"maxPendings": 1}}
    /results/topics: found an unknown key, expected 'topic'
    /batching/maxsize: found an unknown key, expected 'maxSize'
    /limits/maxPendings: found an unknown key, expected 'maxPending'
{"announcements": {"a": {"topic": "t", "thingname": "{topic:0}"}}}
    /announcements/a/thingname: found an unknown key, expected 'thingName'
{"loglevel": "INFO", "deploymentveto": true}
    /loglevel: found an unknown key, expected 'logLevel'
    /deploymentveto: found an unknown key, expected 'deploymentVeto'
{"batching": {"zzz": 1}, "a/b~c": {"limits": 1}}
    /a~1b~0c: found an unknown key, expected one of ['accessControl', 'admission', 'announcements', 'batching', 'departures', 'deploymentVeto', 'handover', 'iotCore', 'limits', 'logLevel', 'metrics', 'pacing', 'reconcile', 'results', 'subscriptionRenewalSeconds', 'trail', 'trustSeconds', 'workerIdleSeconds']
    /batching/zzz: found an unknown key, expected one of ['maxSize', 'maxWaitSeconds']
"""  # noqa: E501 - the same with warnings


def cases(table: str) -> list[Any]:
    """A table's documents, each with the indented lines below it."""
    found: list[tuple[str, list[str]]] = []
    for line in table.strip().splitlines():
        if line.startswith("    "):
            found[-1][1].append(line.strip())
        elif not line.startswith("#"):
            found.append((line, []))
    return [pytest.param(json.loads(text), lines, id=text[:60]) for text, lines in found]


@pytest.mark.parametrize(("document", "problems"), cases(BAD))
def test_a_bad_document_is_refused_for_what_is_wrong_with_it(
    document: dict[str, object], problems: list[str]
) -> None:
    """Every problem at once, each once, with its place, what is there and what would be right."""
    reading = parse_configuration(document)
    assert [str(one) for one in reading.problems] == problems
    assert problems
    assert reading.settings is None


def test_the_table_is_as_long_as_it_has_to_be() -> None:
    """And no document is in it twice."""
    documents = [json.dumps(case.values[0]) for case in cases(BAD)]
    assert len(documents) == len(set(documents)) >= 60


@pytest.mark.parametrize(("document", "warnings"), cases(DOUBTFUL))
def test_an_unknown_key_is_warned_about(document: dict[str, object], warnings: list[str]) -> None:
    """With the nearest that there is; the rest is in effect."""
    reading = parse_configuration(document)
    assert [str(one) for one in reading.warnings] == warnings
    assert reading.problems == ()
    assert reading.settings is not None
