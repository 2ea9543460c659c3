"""Counts what a property test saw, for the line that it prints."""

from collections import Counter
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Tally:
    """How many programs, how many accepted, by which strategy, and shares of the ceiling."""

    programs: int = 0
    accepted: int = 0
    by_strategy: Counter[str] = field(default_factory=Counter)
    reached: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Share of the programs that at least one strategy accepted."""
        return self.accepted / self.programs if self.programs else 0.0

    def add(self, strategies: list[str]) -> None:
        """Count one program."""
        self.programs += 1
        self.accepted += bool(strategies)
        self.by_strategy.update(strategies)

    def text(self) -> str:
        """Return the line."""
        each = ", ".join(f"{name} {count}" for name, count in self.by_strategy.most_common())
        line = f"{self.programs} programs, {self.share:.0%} accepted by a strategy ({each})"
        return f"{line}; median share of the ceiling {median(self.reached):.3f}" if self.reached else line
