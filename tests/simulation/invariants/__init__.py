"""What must hold whatever happens; each is a sentence of the contract."""

from simulation.check import Check
from simulation.invariants.calls import (
    BatchesAreProper,
    BisectionIsCheap,
    BurstsAreCheap,
    CallsAreFew,
    FullDisksAreRespected,
    OutagesAreProbed,
)
from simulation.invariants.durability import (
    Durable,
    DurableResultsArrive,
    NothingLost,
    ReceiptsAreTrue,
    RetryingOnce,
)
from simulation.invariants.hearing import (
    HealthIsAnswered,
    NobodyIsDeafForLong,
    NothingHeardIsLost,
    NothingIsTakenTwice,
    OverflowIsAnswered,
)
from simulation.invariants.messages import MessagesAreJustified, MessagesFit, ResultsGoOutOnce
from simulation.invariants.roster import ListsAreFew, ListsAreRead, NobodyIsHeldUp
from simulation.invariants.session import SettingsAreGood, StopsAreQuick, VetoesAreRight
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
from simulation.invariants.words import LastWordsWin, NobodyElseIsTouched, PlacesAreKept

ALL: tuple[type[Check], ...] = (
    NothingLost,
    Durable,
    ReceiptsAreTrue,
    DurableResultsArrive,
    RetryingOnce,
    BatchesAreProper,
    BurstsAreCheap,
    OutagesAreProbed,
    FullDisksAreRespected,
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
    NothingHeardIsLost,
    NothingIsTakenTwice,
    NobodyIsDeafForLong,
    OverflowIsAnswered,
    HealthIsAnswered,
    SettingsAreGood,
    VetoesAreRight,
    StopsAreQuick,
    LastWordsWin,
    NobodyElseIsTouched,
    PlacesAreKept,
    ListsAreFew,
    NobodyIsHeldUp,
    ListsAreRead,
)
