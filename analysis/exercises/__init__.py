"""Exercises that mark themselves: ``check("2.3", answer)`` says what is wrong, ``hint("2.3")`` gives a step.

The source is open, and the right answers can be found in it; ``check`` never prints them.
"""

from __future__ import annotations

from analysis.exercises import (
    chapter_1,
    chapter_2,
    chapter_3,
    chapter_4,
    chapter_5,
    chapter_6,
    chapter_7,
    chapter_8,
    chapter_9,
    chapter_10,
    chapter_11,
    chapter_12,
    chapter_13,
)
from analysis.exercises.exercise import Exercise
from analysis.exercises.marking import judge
from analysis.exercises.verdict import Hint, Verdict

EXERCISES: dict[str, Exercise] = {
    exercise.number: exercise
    for chapter in (
        chapter_1,
        chapter_2,
        chapter_3,
        chapter_4,
        chapter_5,
        chapter_6,
        chapter_7,
        chapter_8,
        chapter_9,
        chapter_10,
        chapter_11,
        chapter_12,
        chapter_13,
    )
    for exercise in chapter.EXERCISES
}
"""Every exercise of the book by its number, in order."""


def check(number: str, answer: object = ...) -> Verdict:
    """Judge an answer: a number, a SymPy expression, a Python function, or a tuple of them where several are asked for.

    Raises ValueError for a number that no exercise has.
    """
    exercise = _find(number)
    if answer is ...:
        return Verdict(exercise.number, "open", (f"Not answered yet. Wanted: {exercise.asks}.",))
    status, sentences = judge(exercise, answer)
    return Verdict(exercise.number, status, sentences)


def hint(number: str, step: int = 1) -> Hint:
    """The first hint on an exercise, or the one with that number. Raises ValueError where there is none."""
    exercise = _find(number)
    of = len(exercise.hints)
    if type(step) is not int or not 1 <= step <= of:
        raise ValueError(
            f"step must be a whole number from 1 to {of}, the hints on exercise {number}, not {step!r}"
        )
    more = f' (More: `hint("{number}", {step + 1})`.)' if step < of else ""
    return Hint(exercise.number, "hint", (exercise.hints[step - 1] + more,), step, of)


def _find(number: str) -> Exercise:
    if type(number) is not str or number not in EXERCISES:
        shown = repr(number) if type(number) in (str, int, float) else f"a {type(number).__name__}"
        raise ValueError(f"number must be a string, one of {', '.join(EXERCISES)}; not {shown}")
    return EXERCISES[number]
