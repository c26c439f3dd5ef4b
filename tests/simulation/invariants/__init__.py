"""What must hold whatever happens; each is a sentence of the contract."""

from simulation.check import Check
from simulation.invariants.calls import (
    BatchesAreProper,
    BisectionIsCheap,
    BurstsAreCheap,
    CallsAreFew,
    FullDisksAreProbed,
    OutagesAreProbed,
)
from simulation.invariants.durability import (
    DebtsArePaid,
    Durable,
    NothingLost,
    ReceiptsAreTrue,
    RetryingOnce,
)
from simulation.invariants.messages import MessagesAreJustified, MessagesFit, ResultsGoOutOnce
from simulation.invariants.truth import (
    FailuresAreFair,
    NothingIsWornOut,
    QueueIsBounded,
    TableIsTrue,
)
from simulation.invariants.waiting import (
    NothingWaitsTooLong,
    PromisesAreKept,
    TurnsAreNeeded,
    WaitsAreKept,
)

ALL: tuple[type[Check], ...] = (
    NothingLost,
    Durable,
    ReceiptsAreTrue,
    DebtsArePaid,
    RetryingOnce,
    BatchesAreProper,
    BurstsAreCheap,
    OutagesAreProbed,
    FullDisksAreProbed,
    BisectionIsCheap,
    CallsAreFew,
    NothingWaitsTooLong,
    WaitsAreKept,
    PromisesAreKept,
    TurnsAreNeeded,
    TableIsTrue,
    FailuresAreFair,
    NothingIsWornOut,
    QueueIsBounded,
    MessagesFit,
    MessagesAreJustified,
    ResultsGoOutOnce,
)
