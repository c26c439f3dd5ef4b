"""The questions about time, pages and rates."""

from contract_probe.calls import Answer
from contract_probe.questions import PAGE, Site

LAG_POLLS = 12
"""At most; the pauses between them grow, to a minute in all."""

RATE_CALLS = 30
SMALL_PAGE = 7
_FIRST_PAUSE_SECONDS = 0.1
_GROWTH = 1.6
_THROTTLED = {"ThrottlingException", "TooManyRequestsException"}


def measure_hundred(site: Site) -> None:
    """A call with 101 entries, one with 100, and when all of them are on the list.

    It comes first, while no answer can be about a device that is associated already.

    Raises:
        StoppedError, OutOfCallsError, NoAnswerError: As `Calls.ask`; so do all of these.
    """
    answer = site.associate(site.own.names)
    site.note("hundredAndOne", answer)
    if answer.is_ok:
        for start in range(0, len(site.own.names), PAGE):
            site.disassociate(site.own.names[start : start + PAGE])
    names = site.own.names[:PAGE]
    began = site.clock()
    answer = site.associate(names)
    site.note("hundred", answer, seconds=round(site.clock() - began, 3))
    _wait_for_list(site, "associateLag", set(names), there=True)


def measure_leaving(site: Site) -> None:
    """A call that takes 100 away, and when none of them is on the list any more."""
    names = site.own.names[:PAGE]
    site.note("disassociateHundred", site.disassociate(names))
    _wait_for_list(site, "disassociateLag", set(names), there=False)


def ask_about_pages(site: Site) -> None:
    """Sizes, order, tokens that are used twice or are none."""
    whole = site.page()
    count = len(whole.body.get("associatedClientDevices", []))
    site.findings.add("defaultPage", {"status": whole.status, "items": count})
    site.note("tooManyResults", _without_items(site.page(maxResults=PAGE + 1)))
    site.note("badToken", _without_items(site.page(nextToken="no token")))
    first = site.page(maxResults=SMALL_PAGE)
    names = [item.get("thingName") for item in first.body.get("associatedClientDevices", [])]
    found: dict[str, object] = {"status": first.status, "items": len(names)}
    found["isSortedByName"] = names == sorted(names, key=str)
    token = first.body.get("nextToken")
    if token:
        once, twice = (site.page(maxResults=SMALL_PAGE, nextToken=token) for _ in range(2))
        found["tokenCanBeUsedTwice"] = once.is_ok and twice.is_ok
        found["samePage"] = _names(once) == _names(twice)
        found["overlaps"] = bool(set(names) & set(_names(once)))
    site.findings.add("pages", found)


def measure_rate(site: Site) -> None:
    """How many calls go through one after the other, as fast as they are answered."""
    began = site.clock()
    throttled_after = None
    for number in range(RATE_CALLS):
        answer = site.page(maxResults=1)
        if answer.code in _THROTTLED:
            throttled_after = number
            site.note("throttled", answer)
            break
    finding = {"calls": RATE_CALLS, "throttledAfter": throttled_after}
    site.findings.add("rate", {**finding, "seconds": round(site.clock() - began, 3)})


def _wait_for_list(site: Site, question: str, names: set[str], *, there: bool) -> None:
    began = site.clock()
    pause = _FIRST_PAUSE_SECONDS
    for poll in range(1, LAG_POLLS + 1):
        listed = names & set(site.listed())
        if len(listed) == (len(names) if there else 0):
            # The first look costs a call itself: that is no lag.
            seconds = round(site.clock() - began, 3) if poll > 1 else 0
            site.findings.add(question, {"seconds": seconds, "polls": poll})
            return
        site.calls.pause(pause)
        pause *= _GROWTH
    missing = len(names) - len(listed) if there else len(listed)
    site.findings.add(question, {"seconds": None, "polls": LAG_POLLS, "missing": missing})


def _names(answer: Answer) -> list[str]:
    return [item.get("thingName", "") for item in answer.body.get("associatedClientDevices", [])]


def _without_items(answer: Answer) -> Answer:
    """An answer without the list itself, which is the account's."""
    kept = {
        key: value
        for key, value in answer.body.items()
        if key not in ("associatedClientDevices", "nextToken")
    }
    return Answer(answer.status, kept, answer.retry_after)
