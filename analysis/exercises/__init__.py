"""Exercises that mark themselves: ``check("2.3", answer)`` says what is wrong, ``hint("2.3")`` gives a step.

The source is open, and the right answers can be found in it; ``check`` never prints them.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from analysis.exercises.exercise import Exercise
from analysis.exercises.marking import judge
from analysis.exercises.verdict import Hint, Verdict
from analysis.topics import TOPICS

CHAPTERS = range(1, len(TOPICS) + 1)
EXERCISES: dict[str, Exercise]
"""Every exercise of the book by its number, in order; imported with all chapters when it is asked for."""


@cache
def _chapter(number: int) -> dict[str, Exercise]:
    """The exercises of one chapter: its reader should not wait for the others'."""
    return {x.number: x for x in import_module(f"analysis.chapters.{TOPICS[number - 1]}.exercises").EXERCISES}


@cache
def _every() -> dict[str, Exercise]:
    return {number: x for chapter in CHAPTERS for number, x in _chapter(chapter).items()}


def __getattr__(name: str) -> dict[str, Exercise]:
    if name == "EXERCISES":
        return _every()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def check(number: str, answer: object = ...) -> Verdict:
    """Judge an answer: a number, a SymPy expression, a Python function,
    or a tuple of them where several are asked for.

    An expression has to be equal to the right answer, and so have a count and a fraction; a decimal number
    has to have the digits asked for. A Python function computes in double precision: at every point tried it
    has to come within 1e-9 of the right value, in relative terms (below 1e-4 in size, within 1e-13),
    and a smaller error is not seen.

    Raises ValueError for a number that no exercise has.

    >>> check("1.1", 2).status
    'wrong'
    """
    exercise = _find(number)
    if answer is ...:
        return Verdict(exercise.number, "open", (f"Not answered yet. Wanted: {exercise.asks}.",))
    status, sentences = judge(exercise, answer)
    return Verdict(exercise.number, status, sentences)


def hint(number: str, step: int = 1) -> Hint:
    """The first hint on an exercise, or the one with that number. Raises ValueError where there is none.

    >>> hint("1.1").step
    1
    """
    exercise = _find(number)
    of = len(exercise.hints)
    if type(step) is not int or not 1 <= step <= of:
        raise ValueError(
            f"step must be a whole number from 1 to {of}, the hints on exercise {number}, not {step!r}"
        )
    more = f' (More: `hint("{number}", {step + 1})`.)' if step < of else ""
    return Hint(exercise.number, "hint", (exercise.hints[step - 1] + more,), step, of)


def _find(number: str) -> Exercise:
    chapter = number.partition(".")[0] if type(number) is str else ""
    near = _chapter(int(chapter)) if chapter in map(str, CHAPTERS) else {}
    if type(number) is not str or number not in near:
        shown = repr(number) if type(number) in (str, int, float) else f"a {type(number).__name__}"
        raise ValueError(f"number must be a string, one of {', '.join(_every())}; not {shown}")
    return near[number]
