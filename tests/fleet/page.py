"""docs/fleet.md, from the figures."""

from collections.abc import Iterable, Sequence

from fleet.figures import plot_of
from fleet.measures import Measures
from fleet.policies import AFTER, BEFORE, FRONTIER, TOLD
from fleet.quota import Manners
from fleet.scenarios import DAILY, DEPLOYMENT, MAD, MAD_SECONDS, OUTAGE, POWER_CUT
from fleet.texts import FRONTIER_TEXT, INTRODUCTION, TEXTS

MAX_RATIO, MAX_SHARE = 1.15, 0.10
"""The goal: everybody is in by then, and fewer calls are throttled."""

_NAMES = {BEFORE: "before: full jitter", AFTER: "now: rounds", TOLD: "now, `pacing.spreadSeconds`"}
_ORDER = list(_NAMES)


def page(runs: Sequence[Measures]) -> str:
    """The whole document."""
    parts = [INTRODUCTION.format(cores=max(one.cores for one in runs))]
    for scenario, title in (
        (POWER_CUT, "All core devices come back from a power cut"),
        (OUTAGE, "The region is away for an hour"),
        (DEPLOYMENT, "A rolling deployment"),
        (MAD, "One core device has gone mad"),
        (DAILY, "The daily list of everybody"),
    ):
        chosen = [one for one in runs if one.scenario == scenario and one.policy in _NAMES]
        plot = f"![Plot: {title}](performance/{plot_of(scenario).name})"
        parts.append(f"## {title}\n\n{TEXTS[scenario]}\n\n{plot}\n\n{_tables(scenario, chosen)}")
    frontier = [one for one in runs if one.policy in FRONTIER]
    parts.append(f"{FRONTIER_TEXT}\n\n{_frontier(frontier)}")
    return "\n\n".join(parts) + "\n"


def _tables(scenario: str, runs: Sequence[Measures]) -> str:
    if scenario == MAD:
        return _mad(runs)
    if scenario == DAILY:
        return _daily(runs)
    plain = [one for one in runs if one.devices == 1 and one.manners == Manners.SILENT.value]
    tables = [_crowd(plain)]
    whole = [one for one in runs if one.devices > 1]
    tables += [_whole(one, plain) for one in whole]
    others = [one for one in runs if one.manners != Manners.SILENT.value]
    if others:
        tables.append("The same with a 429 that says when to come again:")
        tables.append(_crowd(others, manners=True))
    return "\n\n".join(tables)


def _crowd(runs: Iterable[Measures], *, manners: bool = False) -> str:
    head = ["calls/s", "429 says", "policy", "bound", "all are in", "of the bound", "99 %"]
    head += ["throttled", "calls each", "most", "Jain", "last/median", "goal"]
    rows = [
        [
            f"{one.rate:g}",
            one.manners,
            _NAMES[one.policy],
            f"{one.bound:.0f} s",
            f"{one.last:.0f} s",
            f"{one.ratio:.2f}",
            f"{one.most / one.bound:.2f}",
            f"{one.share_throttled:.0%}",
            f"{one.calls_per_core:.2f}",
            f"{one.most_calls}",
            f"{one.fairness:.2f}",
            f"{one.last / one.median:.1f}",
            _verdict(one),
        ]
        for one in sorted(runs, key=_key)
    ]
    if not manners:
        head.pop(1)
        rows = [[*row[:1], *row[2:]] for row in rows]
    return _table(head, rows)


def _whole(many: Measures, plain: Iterable[Measures]) -> str:
    """How the run with all devices compares."""
    (one,) = [one for one in plain if (one.rate, one.policy) == (many.rate, many.policy)]
    return (
        f"Each of these core devices has one client device, because up to 100 are one call all the"
        f" same. With {many.devices} each ({_NAMES[many.policy]}, {many.rate:g} calls/s) it is"
        f" {many.ratio:.2f} of the bound instead of {one.ratio:.2f}, {many.share_throttled:.0%}"
        f" throttled instead of {one.share_throttled:.0%}, and {many.calls_per_core:.2f} calls each"
        f" instead of {one.calls_per_core:.2f}."
    )


def _verdict(one: Measures) -> str:
    met = (one.ratio <= MAX_RATIO, one.share_throttled < MAX_SHARE)
    return {(True, True): "**met**", (True, False): "time", (False, True): "calls"}.get(met, "-")


def _mad(runs: Iterable[Measures]) -> str:
    head = ["calls/s", "policy", "its calls/s", "of these throttled", "calls of all others"]
    head += ["of these throttled", "their median wait", "99 %", "longest"]
    return _table(
        head,
        [
            [
                f"{one.rate:g}",
                _NAMES[one.policy],
                f"{one.mad_calls / MAD_SECONDS:.1f}",
                f"{one.mad_throttled / one.mad_calls:.0%}",
                f"{one.calls}",
                f"{one.share_throttled:.1%}",
                f"{one.median:.2f} s",
                f"{one.most:.2f} s",
                f"{one.last:.0f} s",
            ]
            for one in sorted(runs, key=_key)
        ],
    )


def _daily(runs: Iterable[Measures]) -> str:
    head = ["calls/s", "policy", "lists", "calls each", "throttled", "last after"]
    head += ["client device auth: nothing that day"]
    return _table(
        head,
        [
            [
                f"{one.rate:g}",
                _NAMES[one.policy],
                f"{one.lists:,}",
                f"{one.calls_per_core:.2f}",
                f"{one.share_throttled:.1%}",
                f"{one.last / 3600:.1f} h",
                f"{one.auth_missed:,}",
            ]
            for one in sorted(runs, key=_key)
        ],
    )


def _frontier(runs: Sequence[Measures]) -> str:
    rates = sorted({one.rate for one in runs})
    bounds = [next(one.bound for one in runs if one.rate == rate) for rate in rates]
    head = ["policy", *(f"of a bound of {bound:.0f} s" for bound in bounds)]
    head += ["99 %", "calls each", "throttled"]
    rows = []
    for name in FRONTIER:
        mine = sorted((one for one in runs if one.policy == name), key=lambda one: one.rate)
        rows.append(
            [
                name,
                *(f"{one.ratio:.2f}" for one in mine),
                " / ".join(f"{one.most / one.bound:.2f}" for one in mine),
                " / ".join(f"{one.calls_per_core:.1f}" for one in mine),
                " / ".join(f"{one.share_throttled:.0%}" for one in mine),
            ]
        )
    return _table(head, rows)


def _key(one: Measures) -> tuple[float, str, int]:
    return one.rate, one.manners, _ORDER.index(one.policy)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
