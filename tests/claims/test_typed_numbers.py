"""No number in a sentence or a scope is merely typed: it stands in the statement, the domain or the
settings. And no place for one is left unfilled, there or in the other words of the book."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from notebook_text import NOTEBOOKS, cells, prose
from typed_numbers import Typed, constants, literals, of_claim, settings, stands, typed

from analysis.chapters.clipping.claims import clipped_training as clipping
from analysis.chapters.gates import adding_problem
from analysis.chapters.gates.claims import adding_problem as adding
from analysis.chapters.learning_speeds import make_records
from analysis.chapters.learning_speeds.claims import records as speeds
from analysis.chapters.normalisation.claims import training as normalisation
from analysis.chapters.outliers.claims import outlier
from analysis.chapters.pretraining.claims import stack
from analysis.chapters.verdicts.table import VERDICTS
from analysis.claims.ledger import CHAPTERS, CLAIMS
from analysis.exercises import EXERCISES
from analysis.exercises.exercise import Value
from analysis.numeric.data import digits
from analysis.numeric.minibatches import split

MODULES = [name for names in CHAPTERS.values() for name in names]


@pytest.mark.parametrize("name", MODULES)
def test_every_typed_number_stands_in_the_claim_or_its_settings(name: str) -> None:
    module = import_module(name)
    text, wrong = literals(module), []
    for claim in module.CLAIMS:
        own = of_claim(claim)
        for part in (claim.sentence, claim.scope):
            wrong += [
                f"{claim.label}: {number.text} in {part!r}"
                for number in typed(part, text)
                if not stands(
                    number, own | (constants(module) if part == claim.sentence else settings(module))
                )
            ]
    assert not wrong, "\n".join(wrong)


def of(label: str, part: str, wrong: str, right: str) -> bool:
    """Whether the sentence or the scope of a claim, with ``right`` typed as ``wrong``, is still accepted."""
    (name,) = (name for name in MODULES if any(c.label == label for c in import_module(name).CLAIMS))
    module, claim = import_module(name), CLAIMS[label]
    text = getattr(claim, part)
    assert right in text
    changed = text.replace(right, wrong)
    pool = of_claim(claim) | (constants(module) if part == "sentence" else settings(module))
    return all(stands(x, pool) for x in typed(changed, changed))


@pytest.mark.parametrize(
    ("label", "part", "right", "wrong"),
    [
        ("sigmoid-critical-scale", "sentence", "10.15", "10.51"),
        ("explosion-gradient", "sentence", "3906.25", "3960.25"),
        ("residual-hardly-helps-shallow", "sentence", "93 %", "39 %"),
        ("decay-shrinks-weights", "sentence", "40 %", "45 %"),
        ("four-hidden-layers-do-not-recover", "sentence", "500 epochs", "550 epochs"),
        ("outlier-power-cross-entropy", "scope", "50 digits", "55 digits"),
        ("vanilla-log-gain", "scope", "0.05", "0.06"),
        ("adding-baseline", "sentence", "1/6", "1/9"),
        ("gaussian-weight-below-one", "sentence", "", "7.459 "),
    ],
)
def test_a_wrong_number_is_found(label: str, part: str, right: str, wrong: str) -> None:
    assert not of(label, part, wrong, right)


def test_numbers_as_they_are_typed() -> None:
    text = "At 10⁻⁶ x_0 and W4 in layer 1 of 1,000 (Le et al., 2015), 93 %, N(0, 0.5), "
    text += "chapters 2 and 3, q_8 = 7.5."
    assert [x[1:] for x in typed(text, text)] == [
        (1.0, 0, False),
        (1000.0, 0, False),
        (93.0, 0, True),
        (0.0, 0, False),
        (0.5, 1, False),
        (7.5, 1, False),
    ]
    assert not list(typed("so many as 37", "no number typed")), "what is filled in stands in no literal"


@pytest.mark.parametrize(
    ("number", "among", "expected"),
    [
        (Typed("0.45", 0.45, 2, False), 0.447743, True),
        (Typed("0.46", 0.46, 2, False), 0.447743, False),
        (Typed("93", 93.0, 0, True), 0.93, True),
        (Typed("40", 40.0, 0, True), 0.6, True),
        (Typed("40", 40.0, 0, False), 0.6, False),
        (Typed("2", 2.0, 0, False), 5.0, True),
        (Typed("2", 2.0, 0, True), 5.0, False),
    ],
)
def test_a_number_stands_to_the_digits_that_are_typed(number: Typed, among: float, expected: bool) -> None:
    assert stands(number, frozenset({among})) is expected


def test_the_settings_that_are_named_are_those_of_the_runs() -> None:
    """What a scope fills in from a constant beside the claims is what was run, and what the data hold."""
    data = digits()
    kept = len(split(data).images)
    assert kept == normalisation.TRAINING_IMAGES == stack.MANY
    pixels = data.images.shape[1]
    assert pixels == adding.PIXELS == outlier.PIXELS == stack.SIZES[0]
    held = adding_problem.TEST_IMAGES + adding_problem.VALIDATION_IMAGES
    assert len(data.images) - held == adding.TRAINING_IMAGES
    units = inspect.signature(adding_problem.sequence_training).parameters["units"].default
    assert units == adding.UNITS and adding_problem.VARIANTS["rnn-wide"].wider == 2
    recorded = (len(make_records.SEEDS), make_records.EPOCHS, make_records.IMAGES)
    assert recorded == (speeds.DRAWN, speeds.EPOCHS, speeds.IMAGES)
    assert len(make_records.TRAINED_SEEDS["nielsen"]) == speeds.DRAWN
    assert clipping.ALL == clipping.clipping_recorded.training("large").loss[..., 0].size


NOT_WORDS = re.compile(r"^```.*?^```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\{(?:sub|sup)\}", re.DOTALL | re.MULTILINE)
"""Code, formulas and roles: their braces are no places to be filled in."""
UNFILLED = re.compile(r"(?<![\\\w_^}])\{[A-Za-z_][\w.*/+()\[\]-]*(?:![rsa])?(?::[^{}\s]*)?\}")


def unfilled(text: str) -> list[str]:
    """The places of a text that look like ``{NAME}`` or ``{NAME:,}``, outside code and formulas."""
    return UNFILLED.findall(NOT_WORDS.sub(" ", text))


def in_words(found: object) -> Iterator[str]:
    """The strings of a tree as JSON has it."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict | list | tuple):
        for x in found.values() if isinstance(found, dict) else found:
            yield from in_words(x)


def test_no_claim_or_exercise_or_verdict_has_a_place_left_unfilled() -> None:
    texts = [text for claim in CLAIMS.values() for text in (claim.sentence, claim.scope)]
    for exercise in EXERCISES.values():
        values = [wanted for wanted in exercise.wanted if isinstance(wanted, Value)]
        texts += [*exercise.hints, *(mistake.says for value in values for mistake in value.mistakes)]
    texts += [text for row in VERDICTS.values() for text in (row.words, row.verdict)]
    assert [(found, text) for text in texts for found in unfilled(text)] == []


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.rglob("*.ipynb")), ids=lambda path: path.stem)
def test_no_text_or_caption_or_title_has_a_place_left_unfilled(path: Path) -> None:
    texts = [*prose(path), *(text for cell in cells(path) for text in in_words(cell["metadata"]))]
    assert [(found, text) for text in texts for found in unfilled(text)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the pretraining on {MANY:,} unlabelled ones", ["{MANY:,}"]),
        ("N({mean}, 1), width {run.width}, {100 * x}, {x:.3g}", ["{mean}", "{run.width}", "{x:.3g}"]),
        ("v ∈ {0, 1}, n{sub}`in`, $w_{in}$ and $\\frac{a}{b}$, `{name}`", []),
    ],
)
def test_a_place_that_is_left_unfilled_is_found(text: str, found: list[str]) -> None:
    assert unfilled(text) == found
