"""The page: everything in one file, with nothing to load."""

from collections.abc import Iterator, Sequence

from client_device_associator.command.report import charts
from client_device_associator.command.report.facts import Facts, Trouble
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.messages.encoding import iso

WORDS = {
    DeviceState.PENDING: "waiting to be associated",
    DeviceState.ASSOCIATED: "associated",
    DeviceState.FAILED: "given up",
    DeviceState.LEAVING: "waiting to be disassociated",
    DeviceState.LEFT: "disassociated",
}
"""The states that a device can have in the journal."""

_ORIGINS = {
    Origin.OURS: "this component",
    Origin.FOREIGN: "somebody else",
    Origin.UNCLEAR: "somebody, maybe",
    Origin.UNKNOWN: "",
}

_STYLE = """
:root { color-scheme: light dark; --text: #1d232b; --soft: #5b6672; --back: #fff; --card: #f3f5f7;
  --line: #d5dae0; --main: #1667b7; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --text: #e7eaee; --soft: #9aa5b1; --back: #14181d;
  --card: #1f252c; --line: #38414b; --main: #6cb2f5; --bad: #ff8a80; } }
* { box-sizing: border-box; overflow-wrap: anywhere; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; background: var(--back);
  color: var(--text); font: 16px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
.soft, .nothing, footer { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .6rem;
  margin-top: 1rem; }
.card { background: var(--card); border-radius: .5rem; padding: .7rem .9rem; }
.card b { display: block; font-size: 1.7rem; line-height: 1.2; }
.trouble { border-left: .3rem solid var(--bad); background: var(--card); padding: .6rem .9rem;
  margin: .6rem 0; border-radius: .3rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td.name { min-width: 8rem; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--text); font-size: 13px; }
.axis { stroke: var(--line); } .area { fill: var(--main); fill-opacity: .25;
  stroke: var(--main); stroke-width: 1.5; }
.bars { display: grid; grid-template-columns: minmax(8rem, 2fr) 3fr; gap: .4rem .8rem; margin: 0; }
.bars dd { margin: 0; }
.bar { display: inline-block; height: 1em; margin-right: .5rem; background: var(--main);
  vertical-align: -.1em; border-radius: .15rem; }
@media (max-width: 40rem) { thead { display: none; } tr, td { display: block; border: 0; }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; } td { padding: 0; }
  td.name { font-weight: bold; } }
"""

_MINUTE = len("2026-01-31T12:00")

_NOTHING_IS_LOADED = "default-src 'none'; style-src 'unsafe-inline'"


def page(facts: Facts, core_thing_name: str, made_at: float) -> str:
    """The whole page.

    Args:
        facts: What to show.
        core_thing_name: This core device; "" if that is not known.
        made_at: Epoch seconds.
    """
    core = charts.shown(core_thing_name or "this core device")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_IS_LOADED}">'
        f"<title>Client devices of {core}</title><style>{_STYLE}</style></head><body>"
        f"<header><h1>Client devices of {core}</h1>"
        f'<p class="soft">As the journal had it at {iso(made_at)}</p></header>'
        f"<main>{''.join(_sections(facts, made_at))}</main>"
        "<footer><p>Made by the client device associator. Nothing on this page is loaded from"
        " anywhere.</p></footer></body></html>\n"
    )


def _sections(facts: Facts, made_at: float) -> Iterator[str]:
    cards = "".join(
        f'<div class="card"><b>{facts.counts.get(state, 0)}</b>{words}</div>'
        for state, words in WORDS.items()
    )
    yield f'<section id="counts" class="cards">{cards}</section>'
    troubles = _troubles(facts.troubles)
    yield f'<section id="troubles"><h2>What needs a person</h2>{troubles}</section>'
    queue = charts.over_time(facts.queue, made_at, "Devices that wait for a call")
    yield f'<section id="queue"><h2>Waiting, over time</h2>{queue}{_since(facts)}</section>'
    answers = charts.bars(facts.answers, "Answers of the cloud for single devices")
    yield f'<section id="answers"><h2>What the cloud answered</h2>{answers}</section>'
    refusals = charts.bars(facts.refusals, "Announcements that were refused")
    yield f'<section id="refusals"><h2>Who was refused, and why</h2>{refusals}</section>'
    yield f'<section id="devices"><h2>Devices</h2>{_devices(facts)}</section>'


def _since(facts: Facts) -> str:
    if not facts.queue:
        return ""
    return f'<p class="soft">Since {iso(facts.queue[0][0])}, as far as the trail goes back.</p>'


def _troubles(troubles: Sequence[Trouble]) -> str:
    if not troubles:
        return '<p class="nothing">Nothing.</p>'
    return "".join(
        f'<div class="trouble"><b>{one.count} {charts.shown(one.what)}</b>: {_names(one)}'
        f"<br>{charts.shown(one.remedy)}.</div>"
        for one in troubles
    )


def _names(trouble: Trouble) -> str:
    more = trouble.count - len(trouble.who)
    names = charts.shown(", ".join(trouble.who))
    return f"{names} and {more} more" if more else names


def _devices(facts: Facts) -> str:
    total = sum(facts.counts.values())
    if not total:
        return '<p class="nothing">No device is known.</p>'
    head = "".join(
        f"<th>{one}</th>" for one in ("Device", "State", "Since (UTC)", "Associated by", "")
    )
    rows = "".join(map(_row, facts.listed))
    more = total - len(facts.listed)
    rest = f'<p class="soft">and {more} more; the command devices lists all</p>' if more else ""
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="wide">{table}</div>{rest}'


def _minute(epoch_seconds: float) -> str:
    return iso(epoch_seconds)[:_MINUTE].replace("T", " ")


def _row(device: Device) -> str:
    trouble = " ".join(one for one in (device.code, device.message) if one)
    cells = (
        WORDS.get(device.state, device.state.name),
        _minute(device.since),
        _ORIGINS[device.origin],
        trouble,
    )
    rest = "".join(f"<td>{charts.shown(one)}</td>" for one in cells)
    return f'<tr><td class="name">{charts.shown(device.thing_name)}</td>{rest}</tr>'
