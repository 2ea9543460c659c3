"""What has been worked out about a value, kept with the value: several strategies ask the same questions about one cell."""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

Answer = TypeVar("Answer")


class Memo:
    """Answers by question; a question that was answered is not worked out again."""

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        self._answers: dict[Hashable, object] = {}

    def of(self, question: Hashable, answer: Callable[[], Answer]) -> Answer:
        """Return the answer to a question; ``answer`` works it out the first time, and is asked again if it raised."""
        if question not in self._answers:
            self._answers[question] = answer()
        return cast("Answer", self._answers[question])
