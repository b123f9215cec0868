"""What an import did, and what it could not take and why."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What became of a file."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LEFT = "left"


@dataclass
class Report:
    """Counts by outcome, and problems: what could not be taken, why, and in which files it stands."""

    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    pictures: int = 0
    problems: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> None:
        """Counts a file."""
        self.outcomes[outcome] += 1

    def problem(self, subject: str, reason: Any, place: str = "") -> None:
        """Notes that `subject` (a file, a picture, a link) was not taken; `place` is the file that names it.

        The same subject in several files is one problem.
        """
        places = self.problems.setdefault((subject, str(reason)), [])
        if place and place not in places:
            places.append(place)
