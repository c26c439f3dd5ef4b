"""What docs/fleet.md says around its figures."""

from fleet.scenarios import DAILY, DEPLOYMENT, MAD, OUTAGE, POWER_CUT

INTRODUCTION = """\
# The fleet

{cores:,} core devices share the quota of one AWS account, and nobody coordinates them. What happens when all of them want something at the same moment? The figures below are simulated: real engines (`core/engine.py`, the one in the component) in simulated time, one token bucket for all that holds a second's worth of calls, an API that takes 50 ms, and the daily lists of client device auth from the same bucket. `make fleet` does it again, with the same figures: they depend on no machine. They are in [performance/fleet.json](performance/fleet.json); this page is made from it.

AWS does not publish the quota of these calls, so there are three: 10, 50 and 200 calls a second. Each core device has up to 100 client devices to associate, which is one call; {cores:,} calls by the quota are the **bound**, which nobody can beat. The **goal** is that all are in within 1.15 of it, with under 10 % of the calls throttled.

- **before: full jitter.** Up to 1 s, 2 s, 4 s … 5 min, each wait drawn from zero, and the list of the start as urgent as everything else.
- **now: rounds.** What the component does by itself: one call at a random moment of each round, rounds that grow by half up to 200 s, and lists that make room ([decision 0050](decisions/0050-a-fleet-shares-a-quota-in-rounds.md)).
- **now, `pacing.spreadSeconds`.** The same, told by an operator how long the whole fleet needs: 1.1 times the bound ([settings](configuration.md#large-fleets), [decision 0051](decisions/0051-an-operator-may-tell-the-size-of-the-crowd.md)).

Calls include lists. *Throttled* is the share of the core devices' calls that were answered 429. *Calls each* is the mean, *most* the greediest core device; *Jain* is Jain's fairness index of the calls of each (1: all the same). *Last/median* compares when the last was in with when half of them were; 2 is what a queue would have.

**Why the goal needs to be told something.** A core device that calls at once when it starts, as a single one should, is one of {cores:,} whose first calls come together: all but a second's worth are throttled, and each of them calls once more. That alone is half of all calls, whatever follows. To have less, first calls must be spread over at least 0.89 of the bound; to be in time, over no more than 1.15 of it. So the bound must be known within a third before the first call, and before it no core device has heard anything. Nor can a throttled one find it out: its answers so far were all the same, so it knows only that it is not over yet. To hit the end within a share *e* of the bound, it must call once in each stretch by which time grows by that share: some ln(bound)/*e* calls, all of them throttled. The last table shows where that leads."""

TEXTS = {
    POWER_CUT: "All are up within 5 s, much closer together than real ones, and all their devices"
    " announce themselves at once. What the journals know is a day old, so that each needs a call.",
    OUTAGE: "Every call fails for an hour; each core device gets new client devices in its first"
    " ten minutes. Times and calls count from the moment when the region is back. A core device"
    " notices that when it calls the next time, so with 200 calls a second the time between two"
    " calls of an outage, and not the quota, is what all wait for.",
    DEPLOYMENT: "The component is deployed to core devices that did not have it, 1,000 a minute as"
    " AWS IoT jobs do by default. The bound is the time of the rollout, or that of the calls if it"
    " is longer. A spread comes on top of a rollout that is spread already.",
    MAD: "For two minutes one core device is told of new devices without end, as fast as it can"
    " call. All others get a new device now and then, together for half of the quota. There is one"
    " call in flight for each core device, and a throttled one waits, so that the mad one leaves"
    " enough to the others.",
    DAILY: "A day after all have started together they ask for their lists again, a tenth of a day"
    " sooner or later by chance. Client device auth lists exactly 24 hours after its start, all in"
    " the same five seconds, with the three attempts of the AWS SDK: what the bucket does not hold"
    " then is gone for that day, whatever this component does.",
}

FRONTIER_TEXT = """\
## What can be had without being told anything

A power cut with a fifth of the core devices and of the quota, lists turned off, and other ways to wait. More calls bring the end closer, and fewer put it off; rounds need fewer calls for the same time than waits that are drawn from zero, because nobody calls twice within one round; only where the bound is many times the longest wait (1000 s here) doubling full jitter does as well or somewhat better, for its longest wait is 300 s. The component has rounds that grow by half. Rounds that grow more slowly come closer to the bound, and at the price of everybody else in the account: nine of ten of their calls would be throttled in the meantime, too."""
