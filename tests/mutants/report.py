"""What became of the mutants of a run, and whether that is good enough."""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from tests.mutants.known import Key
from tests.mutants.mutant import KINDS, Mutant

MOST_EQUIVALENT = 0.10
MOST_SURVIVORS = 0.05
"""Parts of the sample, as asked for on 2026-12-01; a survivor is a mutant that lives and is not known as equivalent."""


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant: the test that failed, or None, and the seconds of processor time it took."""

    mutant: Mutant
    failed: str | None
    is_built: bool
    seconds: float

    def __str__(self) -> str:
        """One line."""
        became = "cannot run" if not self.is_built else f"killed by {self.failed}" if self.failed else "SURVIVED"
        return f"{self.seconds:5.1f} s, {became}, {self.mutant.path}:{self.mutant.line}"


@dataclass
class Report:
    """All outcomes of a sample of `size`; `reasons` are the known equivalents, `pool` all the mutants there are."""

    size: int
    reasons: Mapping[Key, str]
    pool: AbstractSet[Key]
    killed: list[Mutant] = field(default_factory=list)
    survived: list[Mutant] = field(default_factory=list)
    equivalent: list[Mutant] = field(default_factory=list)
    named: list[Outcome] = field(default_factory=list)
    not_built: int = 0
    killers: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)

    def leave_out(self, mutants: Iterable[Mutant]) -> None:
        """Count those that are known to be equivalent; they are not tried."""
        self.equivalent += [mutant for mutant in mutants if mutant.key in self.reasons]

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        if outcome.failed and "::" in outcome.failed:
            self.killers.add(outcome.failed)
        if outcome.mutant.kind == "named":
            self.named.append(outcome)
        elif not outcome.is_built:
            self.not_built += 1
        else:
            (self.killed if outcome.failed else self.survived).append(outcome.mutant)

    @property
    def done(self) -> int:
        """How many of the sample are told."""
        return len(self.killed) + len(self.survived) + len(self.equivalent)

    @property
    def missing(self) -> int:
        """How many are still to be drawn."""
        return self.size - self.done

    @property
    def stale(self) -> list[Key]:
        """Known equivalents whose line has changed."""
        return [key for key in self.reasons if key not in self.pool]

    @property
    def faults(self) -> list[str]:
        """Why the run is not good enough; nothing where it is."""
        found = [f"a named mutant survived: {one.mutant}" for one in self.named if not one.failed or not one.is_built]
        found += [f"this test fails without any mutant: {test}" for test in sorted(set(self.broken))]
        found += [f"this known equivalent's line has changed: {key[0]}: {key[1]}" for key in self.stale]
        if len(self.survived) >= MOST_SURVIVORS * self.size:
            found.append(f"{len(self.survived)} of {self.size} survived; less than {MOST_SURVIVORS:.0%} may")
        if len(self.equivalent) > MOST_EQUIVALENT * self.size:
            found.append(f"{len(self.equivalent)} of {self.size} are equivalent; at most {MOST_EQUIVALENT:.0%} may be")
        return found

    @property
    def is_good(self) -> bool:
        """Whether nothing is to be done."""
        return not self.faults

    def __str__(self) -> str:
        """Survivors, a table by kind, and what is to be done."""
        counts = [Counter(mutant.kind for mutant in some) for some in (self.killed, self.equivalent, self.survived)]
        rows = [f"{kind:10}{''.join(f'{count[kind]:12}' for count in counts)}" for kind in KINDS]
        total = f"{'all':10}{''.join(f'{count.total():12}' for count in counts)}"
        heading = f"{'kind':10}{'killed':>12}{'equivalent':>12}{'survived':>12}"
        named = f"named: {sum(bool(one.failed) for one in self.named)} of {len(self.named)} killed"
        built = f"{self.not_built} more could not run at all and are not counted"
        alive = [f"survived: {mutant}" for mutant in sorted(self.survived, key=lambda mutant: mutant.path)]
        return "\n".join([*alive, heading, *rows, total, named, built, *(f"FAULT: {fault}" for fault in self.faults)])
