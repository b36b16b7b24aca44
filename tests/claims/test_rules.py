"""A rule makes a line only from lines that warrant it: each rule on what it is for, and on near relatives
that are false or do not follow."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sympy as sp

from analysis.claims.claim import Claim
from analysis.claims.domain import (
    ACTIVATION,
    Domain,
    Given,
    activations,
    at_least,
    between,
    domain,
    exact,
    integers,
    nonnegative,
    only,
    positive,
    reals,
)
from analysis.claims.lines import Line, Proof, decided, facts_of, proof, sides_at
from analysis.claims.outcome import Argued, Proved, Unknown
from analysis.claims.relations import eq, le, lt
from analysis.claims.rules import (
    REASONS,
    Added,
    Cited,
    Combined,
    Context,
    Decided,
    Fact,
    Increasing,
    Induction,
    Instance,
    Lemma,
    Logic,
    Rewritten,
    Rising,
    Said,
    Where,
    lies_in,
)
from analysis.claims.theorems import (
    AT,
    LARGER,
    LAST,
    MAP,
    SMALLER,
    START,
    STEPS,
    TERMS,
    THEOREMS,
    Theorem,
    X,
)
from analysis.symbolic.display import expectation, iterated, largest, length
from analysis.symbolic.notation import sigma, sigma_prime

x, y, n, k = sp.symbols("x y n k")
_f, _g = sp.Symbol("f"), sp.Symbol("g")
REAL, POSITIVE, WHOLE = sp.S.Reals, sp.Interval.open(0, sp.oo), sp.Range(1, sp.oo)


def fact(statement: sp.Basic, **sets: sp.Set) -> Fact:
    return Fact(statement, {sp.Symbol(name): over for name, over in sets.items()})


def over(**sets: sp.Set) -> Context:
    return Context({sp.Symbol(name): found for name, found in sets.items()})


def follows(reason, line, *earlier, context):
    return bool(reason.why(line, earlier, context))


# Instance


def test_an_instance_lies_in_the_set():
    square = fact(le(0, x * (x + 1)), x=POSITIVE)
    assert follows(
        Instance((1,), {x: y**2 + 1}), le(0, (y**2 + 1) * (y**2 + 2)), square, context=over(y=REAL)
    )
    for value in (y, -y, y**2 - 1, y**2):
        line = le(0, value * (value + 1))
        assert not follows(Instance((1,), {x: value}), line, square, context=over(y=REAL))
    whole = fact(le(1, n**2), n=WHOLE)
    assert follows(Instance((1,), {n: k + 1}), le(1, (k + 1) ** 2), whole, context=over(k=WHOLE))
    assert not follows(Instance((1,), {n: y}), le(1, y**2), whole, context=over(y=sp.Interval(1, sp.oo)))


def test_an_instance_does_not_move_what_depends_on_the_letter_unseen():
    lam = sp.Symbol("lam")
    context = Context({x: REAL, lam: REAL}, {lam: Given(lambda world: world.letters[x])})
    known = Fact(eq(lam, x), context.sets)
    assert not follows(Instance((1,), {x: x + 1}), eq(lam, x + 1), known, context=context)


# Rewritten


def test_equals_for_equals():
    known = fact(eq(_f, x + 1), x=REAL, f=REAL)
    assert follows(Rewritten((1,)), eq(_f**2, x**2 + 2 * x + 1), known, context=over(x=REAL, f=REAL))
    assert not follows(Rewritten((1,)), eq(_f**2, x**2 + 1), known, context=over(x=REAL, f=REAL))


def test_an_equation_for_some_values_is_not_used_for_others():
    known = fact(eq(sp.Abs(x), x), x=POSITIVE)
    assert not follows(Rewritten((1,)), eq(sp.Abs(x) + 1, x + 1), known, context=over(x=REAL))
    mean = eq(expectation(sp.Abs(x)), expectation(x))
    assert not follows(Rewritten((1,)), mean, known, context=over())
    assert follows(Rewritten((1,)), mean, fact(eq(sp.Abs(x), x), x=REAL), context=over())
    inside = eq(sp.Sum(sp.Abs(x), (x, -2, 2)), sp.Sum(x, (x, -2, 2)))
    assert not follows(Rewritten((1,)), inside, known, context=over(x=POSITIVE))


# Induction


def test_induction():
    total = eq(sp.Sum(k, (k, 1, n)), n * (n + 1) / 2)
    step = sp.Implies(total, total.xreplace({n: n + 1}), evaluate=False)
    base = fact(eq(sp.Sum(k, (k, 1, 1)), 1))
    good = fact(step, n=WHOLE)
    context = over(n=WHOLE)
    assert follows(Induction((1, 2), n), total, base, good, context=context)
    assert not follows(Induction((1, 2), n), total, good, base, context=context)
    assert not follows(Induction((1, 2), n), total, base, base, context=context)
    beyond = fact(step, n=sp.Range(2, sp.oo))
    assert not follows(Induction((1, 2), n), total, base, beyond, context=context)
    assert not follows(Induction((1, 2), n), total, base, good, context=over(n=sp.Range(0, sp.oo)))
    assert not follows(Induction((1, 2), n), total, base, good, context=over(n=sp.Interval(1, sp.oo)))
    other = eq(sp.Sum(k, (k, 1, n)), n * (n + 1) / 2 + 1)
    skipped = fact(sp.Implies(other, total.xreplace({n: n + 1}), evaluate=False), n=WHOLE)
    assert not follows(Induction((1, 2), n), other, base, skipped, context=context)
    kept = fact(sp.Implies(other, other.xreplace({n: n + 1}), evaluate=False), n=WHOLE)
    for beginning in (base, fact(eq(sp.Sum(k, (k, 1, 2)), 3)), fact(eq(0, 0))):
        assert not follows(Induction((1, 2), n), other, beginning, kept, context=context)
        if beginning != base:
            assert not follows(Induction((1, 2), n), total, beginning, good, context=context)


# Logic


def test_propositions_and_the_order_of_two_numbers():
    a, b = fact(sp.Implies(lt(x, y), lt(1, x), evaluate=False), x=REAL, y=REAL), over(x=REAL, y=REAL)
    assert follows(Logic((1,)), sp.Implies(le(x, 1), le(y, x), evaluate=False), a, context=b)
    assert not follows(Logic((1,)), sp.Implies(le(x, 1), lt(y, x), evaluate=False), a, context=b)
    assert not follows(Logic((1,)), sp.Implies(lt(1, x), lt(x, y), evaluate=False), a, context=b)
    both = [fact(le(x, y), x=REAL, y=REAL), fact(le(y, x), x=REAL, y=REAL)]
    assert follows(Logic((1, 2)), eq(x, y), *both, context=b)
    assert not follows(Logic((1,)), eq(x, y), both[0], context=b)
    assert not follows(Logic((1,)), lt(x, y), both[0], context=b)
    size = fact(lt(sp.Abs(x), y), x=REAL, y=REAL)
    assert follows(Logic((1,)), sp.And(lt(x, y), lt(-x, y), evaluate=False), size, context=b)


def test_a_line_on_fewer_values_does_not_make_one_on_more():
    assert not follows(Logic((1,)), lt(0, x), fact(lt(0, x), x=POSITIVE), context=over(x=REAL))
    assert follows(Logic((1,)), le(0, x), fact(lt(0, x), x=POSITIVE), context=over(x=POSITIVE))


# Combined


def test_inequalities_are_added_and_multiplied():
    a, b = fact(le(x, y), x=REAL, y=REAL), fact(lt(y, n), y=REAL, n=REAL)
    context = over(x=REAL, y=REAL, n=REAL)
    assert follows(Combined((1, 2)), lt(x, n), a, b, context=context)
    assert not follows(Combined((1, 2)), lt(n, x), a, b, context=context)
    assert not follows(Combined((1,)), lt(x, y), a, context=context)
    product = Combined((1, 2), ((1, (0, 1)),))
    assert follows(product, le(0, (y - x) * (n - y)), a, b, context=context)
    assert not follows(product, lt(0, (y - x) * (n - y)), a, b, context=context)


def test_a_factor_must_not_be_negative_unless_it_is_an_equation_that_it_multiplies():
    a, context = fact(le(x, y), x=REAL, y=REAL), over(x=REAL, y=REAL)
    assert not follows(Combined((1,), ((-1, (0,)),)), le(y, x), a, context=context)
    assert not follows(Combined((1,), ((x, (0,)),)), le(x * x, x * y), a, context=context)
    strict = fact(lt(x, y), x=REAL, y=REAL)
    for sets, sure in ((POSITIVE, True), (sp.Interval(0, sp.oo), False)):
        for relation, wanted in ((le, True), (lt, sure)):
            found = follows(
                Combined((1,), ((n, (0,)),)),
                relation(n * x, n * y),
                strict,
                context=over(x=REAL, y=REAL, n=sets),
            )
            assert found is wanted
    equal = fact(eq(x, y), x=REAL, y=REAL)
    assert follows(Combined((1,), ((-1, (0,)),)), le(y, x), equal, context=context)
    assert not follows(Combined((1,), ((-1, (0,)),)), lt(y, x), equal, context=context)
    assert not follows(Combined((1,)), sp.Ne(x, y, evaluate=False), a, context=context)


# Increasing, Rising, Added


def test_an_increasing_function():
    a = fact(lt(x, y), x=REAL, y=REAL)
    context = over(x=REAL, y=REAL)
    assert follows(Increasing((1,), sp.Lambda(n, n**3)), le(x**3, y**3), a, context=context)
    assert not follows(Increasing((1,), sp.Lambda(n, n**2)), le(x**2, y**2), a, context=context)
    assert not follows(Increasing((1,), sp.Lambda(n, -n)), le(-x, -y), a, context=context)
    assert not follows(Increasing((1,), sp.Lambda(n, -1 / n)), le(-1 / x, -1 / y), a, context=context)
    assert not follows(Increasing((1,), sp.Lambda(n, n**3)), lt(y**3, x**3), a, context=context)
    weak = fact(le(x, y), x=REAL, y=REAL)
    assert not follows(Increasing((1,), sp.Lambda(n, n)), lt(x, y), weak, context=context)
    assert follows(Increasing((1,), sp.Lambda(n, 2 * n)), lt(2 * x, 2 * y), a, context=context)
    positive_ones = fact(lt(x, y), x=POSITIVE, y=POSITIVE)
    there = over(x=POSITIVE, y=POSITIVE)
    square = Increasing((1,), sp.Lambda(n, n**2), POSITIVE)
    assert follows(square, lt(x**2, y**2), positive_ones, context=there)
    assert not follows(square, lt(x**2, y**2), a, context=context)


def test_a_function_that_rises_lies_above_its_value_at_the_lower_end():
    span = sp.Interval(0, sp.oo)
    rises = fact(le(0, 3 * x**2), x=span)
    assert follows(Rising((1,), x), le(2, x**3 + 2), rises, context=over(x=span))
    assert not follows(Rising((1,), x), le(3, x**3 + 2), rises, context=over(x=span))
    assert not follows(Rising((1,), x), lt(2, x**3 + 2), rises, context=over(x=span))
    assert not follows(Rising((1,), x), le(x**3 + 2, 2), rises, context=over(x=span))
    assert not follows(Rising((1,), x), le(2, x**3 + 2), rises, context=over(x=REAL))
    strictly = fact(lt(0, 3 * x**2), x=POSITIVE)
    assert follows(Rising((1,), x), lt(2, x**3 + 2), strictly, context=over(x=POSITIVE))


def test_a_pole_ends_a_rise():
    span = sp.Interval(-1, 1)
    rises = fact(lt(0, x**-2), x=span)
    assert not follows(Rising((1,), x), le(1, -1 / x), rises, context=over(x=span))


def test_sums_and_integrals_of_an_inequality():
    a = fact(lt(x, x + 1), x=REAL)
    low, high = (sp.Integral(f, (x, 0, y)) for f in (x, x + 1))
    assert follows(Added((1,), x), lt(low, high), a, context=over(y=POSITIVE))
    assert not follows(Added((1,), x), le(low, high), a, context=over(y=REAL))
    assert not follows(Added((1,), x), lt(low, high), a, context=over(y=sp.Interval(0, sp.oo)))
    assert not follows(Added((1,), x), lt(high, low), a, context=over(y=POSITIVE))
    some = fact(lt(-1, x), x=POSITIVE)
    below, above = (sp.Integral(f, (x, -2, y)) for f in (-1, x))
    assert not follows(Added((1,), x), le(below, above), some, context=over(y=POSITIVE))
    terms = fact(le(1, k), k=WHOLE)
    ones, whole = (sp.Sum(f, (k, 1, n)) for f in (1, k))
    assert follows(Added((1,), k), le(ones, whole), terms, context=over(n=WHOLE))
    assert not follows(Added((1,), k), lt(ones, whole), terms, context=over(n=WHOLE))
    assert not follows(Added((1,), k), le(ones, whole), terms, context=over(n=sp.S.Integers))


# Proofs


_real: Domain = domain((x, reals()))
SQUARE = sp.Ge(x**2, 0, evaluate=False)


def test_the_last_line_is_the_statement():
    assert isinstance(decided(SQUARE).outcome(SQUARE, _real), Proved)
    other = sp.Ge(x**2, -1, evaluate=False)
    assert isinstance(decided(SQUARE).outcome(other, _real), Unknown)
    narrower = proof(Line(SQUARE, over=((x, positive()),)))
    assert isinstance(narrower.outcome(SQUARE, _real), Unknown)
    assert isinstance(Proof(()).outcome(SQUARE, _real), Unknown)


def test_words_make_no_more_than_an_argument():
    assert isinstance(proof(Line(SQUARE, Said("clearly"))).outcome(SQUARE, _real), Argued)
    two = proof(Line(eq(x + 0, x), Said("clearly")), Line(SQUARE, Decided()))
    assert isinstance(two.outcome(SQUARE, _real), Argued)


def test_a_false_line_ends_a_proof_whatever_its_reason():
    false = lt(x, 5)
    found = proof(Line(false, Said("clearly")), Line(SQUARE)).outcome(SQUARE, _real)
    assert isinstance(found, Unknown) and "line 1 is false" in found.why


def test_nothing_else_makes_a_line():
    @dataclass(frozen=True)
    class Because:
        lines: tuple[int, ...] = ()

        def why(self, line, earlier, context):
            return "because"

    class Trusting(Decided):
        def why(self, line, earlier, context):
            return "because"

    for reason in (Because(), Trusting()):
        assert isinstance(proof(Line(SQUARE, reason)).outcome(SQUARE, _real), Unknown)
    assert len(REASONS) <= 13


@pytest.mark.parametrize("reason", [Rewritten((2,)), Logic((0,)), Combined((-1,)), Logic((5,))])
def test_a_line_names_lines_before_it(reason):
    found = proof(SQUARE, Line(SQUARE, reason)).outcome(SQUARE, _real)
    assert isinstance(found, Unknown) and "not before it" in found.why


def test_a_theorem_that_is_not_known_or_a_lemma_that_is_not_proved_makes_no_line():
    for reason in (Cited("Euler's last"), Lemma("no-such-claim"), Where()):
        assert isinstance(proof(Line(SQUARE, reason)).outcome(SQUARE, _real), Unknown)
    tied = domain((x, reals()), where=sp.Ge(x, 2, evaluate=False))
    assert isinstance(proof(Line(sp.Ge(x, 2, evaluate=False), Where())).outcome(tied.where, tied), Proved)


def test_what_sympy_assumes_of_a_letter_makes_no_relation_true():
    """A symbol that is positive for SymPy, and any real number here, put in for another."""
    sure = sp.Symbol("sure", positive=True)
    context = Context({sure: REAL, x: REAL}, {x: sure})
    assert context.decided(lt(0, x)) is None
    assert not follows(Instance((1,), {y: sure}), lt(0, sure), fact(lt(0, y), y=POSITIVE), context=context)
    assert not follows(Rewritten((1,)), lt(0, y), fact(eq(y, sure), y=REAL, sure=REAL), context=context)
    assert context.decided(sp.Implies(eq(y, sure), lt(0, y), evaluate=False)) is None


def test_a_theorem_wants_its_hypothesis_of_all_values(monkeypatch: pytest.MonkeyPatch):
    """What the condition on the letters says of x holds for the x that meet it."""
    f, at = sp.Function("f"), sp.Symbol("at")
    positive_everywhere = Theorem("a theorem", "", (f, at), (lt(0, f(x)),), lt(0, f(at)), {x: REAL})
    monkeypatch.setitem(THEOREMS, "everywhere", positive_everywhere)
    reason = Cited("everywhere", (1,), {f: sp.Lambda(x, x + 3), at: y})
    tied = Context({x: REAL, y: REAL}, {}, lt(0, x + 3))
    known = fact(lt(0, x + 3), x=REAL, y=REAL)
    assert not follows(reason, lt(0, y + 3), known, context=tied)
    assert follows(reason, lt(0, y + 3), known, context=over(x=REAL, y=REAL))


def test_a_deleted_line_is_missed():
    statement = le(0, x**2 * (x**2 + 1))
    lines = proof(le(0, x**2), lt(0, x**2 + 1), Line(statement, Combined((1, 2), ((1, (0, 1)),))))
    claim = Claim("mine", "", statement, lines, "", lt(0, x**2 * (x**2 + 1)), _real)
    assert claim.settle().status == "proved"
    assert {claim.without(k).settle().status for k in (1, 2, 3)} == {"unknown"}
    with pytest.raises(ValueError, match="number must be from 1 to 3"):
        claim.without(4)


def test_a_derivative_of_what_has_no_formula_is_not_taken():
    """SymPy would call it 0."""
    lam = sp.Symbol("lam")
    hidden = domain((x, reals()), means={lam: Given(lambda world: world.letters[x])})
    statement = eq(sp.Derivative(lam + x, x), 1)
    assert isinstance(decided(statement).outcome(statement, hidden), Unknown)


def test_ranges_say_what_their_letters_range_over():
    ranges = {
        x: (between(0, 1, open_low=True), sp.Interval.Lopen(0, 1)),
        y: (nonnegative(), sp.Interval(0, sp.oo)),
        n: (integers(2), sp.Range(2, sp.oo)),
        k: (between(0, 1, words="any real"), None),
    }
    sets = domain(*((letter, found) for letter, (found, _) in ranges.items())).sets
    assert sets == {letter: wanted for letter, (_, wanted) in ranges.items() if wanted is not None}


# Derivatives


def test_equals_under_a_derivative_hold_all_around():
    """x = 1 where that is said, and x² = x for 0 and 1; neither says what derivatives by x are."""
    slope = eq(sp.Derivative(x * y, x), 2 * x)
    both = {x: REAL, y: REAL}
    told = Fact(eq(y, x), both)
    assert not follows(Rewritten((1,)), slope, told, context=Context(both, where=eq(y, x)))
    ends = {x: sp.FiniteSet(0, 1)}
    square = Fact(eq(x**2, x), ends)
    assert not follows(Rewritten((1,)), eq(sp.Derivative(x**2, x), 1), square, context=Context(ends))
    cube, of_f = sp.Function("F")(x), eq(sp.Derivative(sp.Function("F")(x), x), 3 * x**2)
    assert follows(Rewritten((1,)), of_f, Fact(eq(cube, x**3), {x: REAL}), context=over(x=REAL))


def test_a_premise_is_not_put_under_a_derivative_or_a_sum_of_its_letters():
    both = over(x=REAL, y=REAL, k=REAL)
    slope = eq(sp.Derivative(x * y, x), 2 * x)
    assert both.decided(sp.Implies(eq(y, x), slope, evaluate=False)) is None
    total = eq(sp.Sum(y, (k, 1, 2)), 3)
    assert both.decided(sp.Implies(eq(y, k), total, evaluate=False)) is None
    assert both.decided(sp.Implies(eq(y, 3 * k), eq(y**2, 9 * k**2), evaluate=False))


def test_what_a_definition_makes_true_is_read_all_the_same():
    """SymPy knows that c > 0 from the symbol alone; the set says no such thing."""
    c = sp.Symbol("c", positive=True)
    context = Context({c: REAL}, {_f: c})
    assert context.opened(sp.Gt(_f, 0, evaluate=False)) == sp.Gt(c, 0, evaluate=False)
    assert context.decided(sp.Gt(_f, 0, evaluate=False)) is None


def test_a_line_about_any_activation_is_used_for_one_and_its_own_slope():
    """σ′ stands for the derivative of σ in the first line, so it must in the claim."""
    slope = eq(sp.Derivative(sigma(2 * x), x), 2 * sigma_prime(2 * x))
    lines = proof(Line(slope, over=((ACTIVATION, activations()),)), Line(slope, Rewritten((1,))))
    tanh, other = only("tanh"), only("sigmoid")
    assert isinstance(lines.outcome(slope, domain((x, reals()), means=tanh)), Proved)
    mixed = domain((x, reals()), means={**tanh, sigma_prime: other[sigma_prime]})
    assert "no derivatives of one another" in lines.outcome(slope, mixed).why
    for half, one in ((sp.Abs(x), 1), (sp.Max(x, 0), 1), (sp.Min(x, 0), 0), (-sp.Abs(x), 1)):
        means = {f: sp.Lambda(x, e) for f, e in zip(ACTIVATION, (half, one, 0), strict=True)}
        found = lines.outcome(slope, domain((x, reals()), means=means))
        assert "no derivatives of one another" in found.why, half


# Theorems


def test_the_maps_of_a_theorem_hold_no_letter_that_is_bound_there():
    step = THEOREMS["one step more"]
    given = {AT: x, START: y, STEPS: n}
    _, said = step.instance({**given, MAP: sp.Lambda(k, 2 * k + 1)})
    now = iterated(x, 2 * x + 1, y, n)
    assert said == eq(iterated(x, 2 * x + 1, y, n + 1), 2 * now + 1)
    with pytest.raises(ValueError, match="nothing that holds x"):
        step.instance({**given, MAP: sp.Lambda(k, k * x)})


def test_a_step_is_counted_from_0():
    letters = {AT: x, START: y, STEPS: n, MAP: sp.Lambda(k, 2 * k)}
    line = eq(iterated(x, 2 * x, y, n + 1), 2 * iterated(x, 2 * x, y, n))
    for first, wanted in ((0, True), (-1, False)):
        context = Context({y: REAL, n: sp.Range(first, sp.oo)})
        assert follows(Cited("one step more", (), letters), line, context=context) is wanted


def test_roots_keep_the_order_of_what_has_roots():
    letters = {SMALLER: x, LARGER: y}
    line, order = le(sp.sqrt(x), sp.sqrt(y)), fact(le(x, y), x=REAL, y=REAL)
    cited = Cited("roots keep the order", (1,), letters)
    assert follows(cited, line, order, context=over(x=sp.Interval(0, sp.oo), y=REAL))
    assert not follows(cited, line, order, context=over(x=REAL, y=REAL))
    assert not follows(cited, line, context=over(x=sp.Interval(0, sp.oo), y=REAL))


def test_an_instance_may_rest_on_further_lines_or_on_its_lines_premise():
    context = over(x=REAL, y=REAL)
    known = fact(lt(0, x), x=POSITIVE)
    assert follows(Instance((1, 2), {x: y - 1}), lt(0, y - 1), known, fact(lt(1, y), y=REAL), context=context)
    assert not follows(
        Instance((1, 2), {x: y - 1}), lt(0, y - 1), known, fact(lt(0, y), y=REAL), context=context
    )
    held = sp.Implies(lt(1, y), lt(0, y - 1), evaluate=False)
    assert follows(Instance((1,), {x: y - 1}), held, known, context=context)
    weaker = sp.Implies(lt(0, y), lt(0, y - 1), evaluate=False)
    assert not follows(Instance((1,), {x: y - 1}), weaker, known, context=context)


def test_values_lie_in_a_set_or_are_not_said_to():
    context = over(x=REAL, y=POSITIVE, n=WHOLE)
    half, between_0_and_1 = sp.Rational(1, 2), sp.Interval(0, 1)
    inside = [
        (half, between_0_and_1),
        (1 / (1 + x**2), sp.Interval.Lopen(0, 1)),
        (sp.log(y), REAL),
        (1 / y, REAL),
        (sp.sqrt(y), REAL),
        (n + 1, WHOLE),
        (x**2 + 1, REAL - sp.FiniteSet(0)),
    ]
    outside = [
        (2 * half, sp.Interval.Ropen(0, 1)),
        (sp.log(x), REAL),
        (1 / x, REAL),
        (sp.sqrt(x), REAL),
        (n / 2, WHOLE),
        (n - 1, WHOLE),
        (x, REAL - sp.FiniteSet(0)),
        (x, sp.FiniteSet(1, 2)),
    ]
    assert [pair for pair in inside if not lies_in(*pair, context)] == []
    assert [pair for pair in outside if lies_in(*pair, context)] == []


def test_a_rise_from_a_limit():
    rises = fact(lt(0, 2 * x), x=POSITIVE)
    limit = fact(eq(sp.Limit(x**2 + 1, x, 0, "+"), 1), x=POSITIVE)
    assert follows(Rising((1, 2), x), lt(1, x**2 + 1), rises, limit, context=over(x=POSITIVE))
    wrong = fact(eq(sp.Limit(x**2 + 1, x, 0, "+"), 2), x=POSITIVE)
    assert not follows(Rising((1, 2), x), lt(2, x**2 + 1), rises, limit, context=over(x=POSITIVE))
    assert not follows(Rising((1, 2), x), lt(1, x**2 + 1), rises, wrong, context=over(x=POSITIVE))
    falls = fact(le(-2 * x, 0), x=POSITIVE)
    assert not follows(Rising((1,), x), le(1, 1 - x**2), falls, context=over(x=POSITIVE))


def test_nothing_is_put_into_a_theorem_that_holds_its_own_letters():
    theorem = THEOREMS["squares of a sum's terms"]
    (own,) = theorem.over
    with pytest.raises(ValueError, match="nothing that holds j"):
        theorem.instance({TERMS: sp.Lambda(k, k + own), LAST: n})
    with pytest.raises(ValueError, match="nothing that holds j"):
        theorem.instance({TERMS: sp.Lambda(k, k), LAST: own})
    letters = {TERMS: sp.Lambda(k, x * k), LAST: n}
    line = le(sp.Sum((x * k) ** 2, (k, 0, n)), sp.Sum(x * k, (k, 0, n)) ** 2)
    cited = Cited("squares of a sum's terms", (), letters)
    assert follows(cited, line, context=over(x=POSITIVE, n=WHOLE))
    assert not follows(cited, line, context=over(x=REAL, n=WHOLE))


def test_a_fact_covers_no_set_of_which_it_is_not_told_that_it_is_a_part():
    odd = sp.ConditionSet(x, sp.Gt(sp.sin(x**3) + x, 0), sp.S.Reals)
    assert sp.Interval(1, 2).is_subset(odd) is None
    known = fact(lt(0, x), x=odd)
    assert not over(x=sp.Interval(1, 2)).covers(known, lt(0, x)) and over(x=odd).covers(known, lt(0, x))


def test_what_holds_under_a_condition_is_no_fact_for_other_proofs():
    assert facts_of(le(0, x), domain((x, positive()))) == fact(le(0, x), x=sp.Interval.open(0, sp.oo))
    assert facts_of(le(0, x), domain((x, reals()), where=le(0, x))) is None
    assert facts_of(le(0, LAM), domain((x, reals()), means={LAM: Given(lambda world: 1)})) is None
    of_any = domain((x, positive()), (y, between(0, 1, words="any real")), (ACTIVATION, activations()))
    assert facts_of(le(0, x), of_any) == fact(le(0, x), x=POSITIVE)
    assert facts_of(le(y, 1), of_any) is None and facts_of(le(sigma(x), 1), of_any) is None


def test_the_sides_at_a_point_say_which_is_which_or_nothing_is_said():
    """No sides that print alike though one is less, and none of which only the rounding is left."""
    real = domain((x, reals()))

    def at(statement, point):
        return sides_at(statement, real, {x: exact(point)})

    assert at(le(x**2, 4), 2) == "at x = 2: 4 ≤ 4"
    assert at(lt(x, x + sp.Rational(1, 10**6)), 2) == "at x = 2: 2 < 2.000001"
    assert at(lt(sp.exp(x), sp.exp(x) + sp.Rational(1, 10**12)), 0) == "at x = 0: 1 < 1.000000000001"
    assert at(lt(x, x + sp.Rational(1, 10**40)), sp.Rational(1, 3)) == ""
    assert at(le(1 - sp.tanh(x) ** 2, 1), 700) == ""
    assert at(lt(sp.exp(-(10**9) * x), 1), 3) == "at x = 3: 1.951e-1302883446 < 1"
    assert at(le(sp.erf(x) - sp.erf(x + sp.Rational(1, 10**90)), 0), 1) == ""


def test_the_sides_are_those_at_the_point_that_is_printed():
    """Which lies in the domain: 1.0000002 is printed neither as 1.0, where nothing is claimed, nor with the
    sides of another point."""
    beyond, root = domain((x, reals()), where=lt(1, x)), sp.sqrt(x - 1)
    near = 1 + sp.Rational(2, 10**7)
    assert sides_at(lt(0, root), beyond, {x: exact(near)}) == "at x = 1.0000002: 0 < 0.0004472136"
    assert sides_at(eq(root, root), beyond, {x: exact(1 + sp.Rational(1, 10**40))}) == ""
    third = sides_at(le(x, 1), domain((x, reals())), {x: exact(sp.Rational(10**9, 3 * 10**9 + 1))})
    assert third == "at x = 0.3333: 0.3333 ≤ 1"


def test_a_line_says_what_its_own_letters_range_over():
    lines = proof(Line(lt(0, y), Decided(), ((y, positive()),)), lt(0, x**2 + 1))
    steps = lines.outcome(lt(0, x**2 + 1), domain((x, reals()))).steps
    assert [s.over for s in steps] == ["y > 0", ""]


# Each guard by itself: lines that differ from one that follows by what the guard asks


def tied(where, **sets):
    return Context({sp.Symbol(name): found for name, found in sets.items()}, {}, where)


LAM = sp.Symbol("lam")


def unseen(**sets):
    """λ is measured, and may depend on x though it does not show it."""
    return Context({**over(**sets).sets, LAM: REAL}, {LAM: Given(lambda world: world.letters[x])})


def test_what_holds_for_few_whole_numbers_is_not_put_for_others():
    few = [sp.FiniteSet(1, 2), sp.Range(1, 5), sp.Range(1, sp.oo, 2)]
    assert [s for s in few if lies_in(n, s, over(n=WHOLE))] == []
    assert lies_in(n, sp.S.Naturals, over(n=WHOLE)) and lies_in(n, sp.S.Naturals0, over(n=WHOLE))
    bit = fact(eq(k**2, k), k=sp.FiniteSet(0, 1))
    assert not follows(Instance((1,), {k: n}), eq(n**2, n), bit, context=over(n=WHOLE))
    odd = fact(le(1, sp.cos(sp.pi * (k - 1))), k=sp.Range(1, sp.oo, 2))
    ones, cosines = (sp.Sum(e, (k, 1, n)) for e in (1, sp.cos(sp.pi * (k - 1))))
    assert not follows(Added((1,), k), le(ones, cosines), odd, context=over(n=WHOLE))


def test_a_value_lies_in_a_set_only_if_it_is_real():
    unit = sp.Interval(-1, 1)
    for value, where in [
        (sp.sqrt(x), sp.Interval(0, sp.oo)),
        (1 / x, REAL - sp.FiniteSet(0)),
        (sp.exp(sp.sqrt(x)), REAL),
        (sp.asin(x), REAL),
        (sp.acos(2 * y), REAL),
        (sp.asin(sp.sqrt(x)), REAL),
    ]:
        assert not lies_in(value, where, over(x=REAL, y=unit))
    assert lies_in(sp.asin(y), REAL, over(y=unit))


def test_a_strict_relation_is_no_weak_one_and_a_part_is_not_the_whole():
    weak, both = fact(le(0, x**2), x=REAL), fact(sp.And(le(0, x**2), le(x, x), evaluate=False), x=REAL)
    here = over(y=REAL)
    assert follows(Instance((1,), {x: y}), le(0, y**2), weak, context=here)
    assert not follows(Instance((1,), {x: y}), lt(0, y**2), weak, context=here)
    other = sp.And(le(0, y**2), lt(y, y), evaluate=False)
    assert not follows(Instance((1,), {x: y}), other, both, context=here)


def test_an_instance_keeps_conditions_other_letters_and_further_lines():
    small = fact(lt(x, 5), x=REAL)
    assert not follows(Instance((1,), {x: y}), lt(y, 5), small, context=tied(lt(x, 5), x=REAL, y=REAL))
    order = fact(le(x, x + y), x=REAL, y=POSITIVE)
    assert follows(Instance((1,), {x: 2 * k}), le(2 * k, 2 * k + y), order, context=over(k=REAL, y=POSITIVE))
    assert not follows(Instance((1,), {x: 2 * k}), le(2 * k, 2 * k + y), order, context=over(k=REAL, y=REAL))
    known, asked = fact(lt(0, x), x=POSITIVE), Instance((1, 2), {x: y - 1})
    some = fact(lt(1, y), y=sp.Interval.open(1, sp.oo))
    assert not follows(asked, lt(0, y - 1), known, some, context=over(y=REAL))
    assert not follows(Instance((1,), {k: y}), lt(0, y), known, context=over(y=REAL))


def test_an_instance_does_not_reach_a_bound_letter():
    total = fact(eq(sp.Sum(k, (k, 1, 3)) + k, 6 + k), k=REAL)
    moved = eq(sp.Sum(k, (k, 1, 3)) + k + 1, 7 + k)
    assert not follows(Instance((1,), {k: k + 1}), moved, total, context=over(k=REAL))


def test_induction_runs_over_all_whole_numbers_from_its_first_unseen_by_others():
    line = le(n, n**2)
    base = Fact(le(1, 1), {})
    step = sp.Implies(line, line.xreplace({n: n + 1}), evaluate=False)
    for numbers in (WHOLE, sp.S.Naturals):
        assert follows(Induction((1, 2), n), line, base, fact(step, n=numbers), context=over(n=numbers))
    for numbers in (sp.Interval(1, sp.oo), sp.Range(1, sp.oo, 2), sp.Range(1, 9), sp.FiniteSet(1, 2)):
        assert not follows(Induction((1, 2), n), line, base, fact(step, n=numbers), context=over(n=numbers))
    held = tied(lt(n, 7), n=WHOLE)
    assert not follows(Induction((1, 2), n), line, base, fact(step, n=WHOLE), context=held)
    hidden = le(LAM, n + 1)
    grown = sp.Implies(hidden, le(LAM, n + 2), evaluate=False)
    first = fact(le(LAM, 2), lam=REAL)
    context = Context({n: WHOLE, LAM: REAL}, {LAM: Given(lambda world: world.letters[n])})
    known = Fact(grown, context.sets)
    assert not follows(Induction((1, 2), n), hidden, first, known, context=context)
    inner = eq(sp.Sum(n, (n, 1, 2)) + 0 * n, 3)
    again = fact(sp.Implies(inner, inner, evaluate=False), n=WHOLE)
    assert not follows(Induction((1, 2), n), inner, Fact(inner, {}), again, context=over(n=WHOLE))


def test_inequalities_on_fewer_values_are_not_combined_for_more():
    assert not follows(Combined((1,)), lt(0, x), fact(lt(0, x), x=POSITIVE), context=over(x=REAL))


def test_an_increasing_function_of_lines_on_all_values_in_an_interval():
    cube = Increasing((1,), sp.Lambda(n, n**3))
    some = fact(lt(0, x), x=POSITIVE)
    assert not follows(cube, lt(0, x**3), some, context=over(x=REAL))
    assert not follows(cube, eq(x**3, 0), fact(eq(x, 0), x=REAL), context=over(x=REAL))
    beside_zero = Increasing((1,), sp.Lambda(n, -1 / n), REAL - sp.FiniteSet(0))
    order = fact(lt(x, y), x=sp.Interval.open(-2, -1), y=POSITIVE)
    context = over(x=sp.Interval.open(-2, -1), y=POSITIVE)
    assert not follows(beside_zero, lt(-1 / x, -1 / y), order, context=context)
    known = Fact(lt(x, x + 1), unseen(x=REAL).sets)
    order = fact(lt(x, y), x=REAL, y=REAL)
    for line in (lt(x**3, y**5), le(x**3, y), le(x, y**3)):
        assert not follows(cube, line, order, context=over(x=REAL, y=REAL))
    root = Increasing((1,), sp.Lambda(n, sp.sqrt(n)), sp.Interval.open(0, sp.oo))
    assert not follows(root, lt(sp.sqrt(x), sp.sqrt(y)), order, context=over(x=REAL, y=REAL))
    for bent in (sp.Abs(n) + 2 * n, n + sp.asin(n), sp.Piecewise((n, n < 0), (2 * n + 1, True))):
        assert not follows(
            Increasing((1,), sp.Lambda(n, bent)),
            lt(bent.subs(n, x), bent.subs(n, y)),
            order,
            context=over(x=REAL, y=REAL),
        )
    hidden = Increasing((1,), sp.Lambda(n, n + LAM))
    assert not follows(hidden, lt(x + LAM, x + 1 + LAM), known, context=unseen(x=REAL))


def test_a_rise_over_an_interval_from_an_end_that_is_a_number():
    span = sp.Interval(0, sp.oo)
    rises = fact(le(0, 3 * x**2), x=span)
    assert not follows(Rising((1,), x), le(x, x**3 + x), rises, context=over(x=span))
    assert not follows(Rising((1,), x), eq(2, x**3 + 2), rises, context=over(x=span))
    assert not follows(Rising((1,), x), le(2, x**3 + 2), fact(eq(0, 0), x=span), context=over(x=span))
    assert not follows(Rising((1,), x), le(2, x**3 + 2), rises, context=over(x=REAL - sp.FiniteSet(0)))
    assert not follows(Rising((1,), x), le(2, x**3 + 2), rises, context=tied(lt(x, 9), x=span))
    part = fact(le(0, 3 * x**2), x=sp.Interval(5, sp.oo))
    assert not follows(Rising((1,), x), le(2, x**3 + 2), part, context=over(x=span))
    hidden = Fact(le(0, 3 * x**2), unseen(x=span).sets)
    assert not follows(Rising((1,), x), le(LAM, x**3 + LAM), hidden, context=unseen(x=span))
    no_limit = fact(eq(x, x), x=POSITIVE)
    strict = fact(lt(0, 2 * x), x=POSITIVE)
    assert not follows(Rising((1, 2), x), lt(1, x**2 + 1), strict, no_limit, context=over(x=POSITIVE))


def test_what_is_added_up_holds_between_the_ends_and_unseen_by_others():
    a = fact(le(x, x + 1), x=REAL)
    low, high = (sp.Integral(f, (x, 0, 1)) for f in (x, x + 1))
    assert follows(Added((1,), x), le(low, high), a, context=over())
    assert not follows(Added((1,), y), le(low, high), a, context=over())
    assert not follows(Added((1,), x), eq(low, high), a, context=over())
    assert not follows(Added((1,), x), le(low, high), fact(eq(x, x), x=REAL), context=over())
    assert not follows(Added((1,), x), le(low, high), a, context=tied(lt(x, 9), x=REAL))
    assert not follows(Added((1,), x), le(1, 2), a, context=over())
    mixed = le(low, sp.Integral(x + 1, (x, 0, 2)))
    assert not follows(Added((1,), x), mixed, a, context=over())
    product = [sp.Product(f, (k, 1, 3)) for f in (k, k + 1)]
    assert not follows(Added((1,), k), le(*product), fact(le(k, k + 1), k=WHOLE), context=over())
    few = fact(le(x, x + 1), x=sp.FiniteSet(0, 1))
    assert not follows(Added((1,), x), le(low, high), few, context=over())
    half = fact(le(0, x), x=sp.Interval(0, 1))
    for ends in ((0, sp.oo), (-1, 1)):
        below, above = (sp.Integral(f * sp.exp(-(x**2)), (x, *ends)) for f in (0, x))
        line = le(below, above) if below != 0 else le(0, above)
        assert not follows(Added((1,), x), line, half, context=over())
    shifted = fact(le(x, x + y), x=REAL, y=POSITIVE)
    sides = [sp.Integral(f, (x, 0, 1)) for f in (x, x + y)]
    assert follows(Added((1,), x), le(*sides), shifted, context=over(y=POSITIVE))
    assert not follows(Added((1,), x), le(*sides), shifted, context=over(y=REAL))
    hidden = Fact(le(LAM, LAM + 1), unseen(x=REAL).sets)
    sides = [sp.Integral(f, (x, 0, 1)) for f in (LAM, LAM + 1)]
    assert not follows(Added((1,), x), le(*sides), hidden, context=unseen())
    terms = fact(le(1, k), k=sp.Range(3, sp.oo))
    ones, whole = (sp.Sum(f, (k, 1, n)) for f in (1, k))
    assert not follows(Added((1,), k), le(ones, whole), terms, context=over(n=WHOLE))


def test_a_lemma_is_that_statement_on_those_sets():
    def lemma(label):
        return {"square": fact(le(0, x**2), x=REAL), "positive": fact(lt(0, x), x=POSITIVE)}.get(label)

    def here(**sets):
        return Context(over(**sets).sets, lemma=lemma)

    assert follows(Lemma("square"), le(0, x**2), context=here(x=REAL))
    assert follows(Lemma("positive"), lt(0, x), context=here(x=POSITIVE))
    assert not follows(Lemma("square"), lt(0, x**2), context=here(x=REAL))
    assert not follows(Lemma("square"), le(0, x), context=here(x=REAL))
    assert not follows(Lemma("positive"), lt(0, x), context=here(x=REAL))
    assert not follows(Lemma("other"), le(0, x**2), context=here(x=REAL))


def test_a_cited_line_is_the_conclusion_and_what_is_put_in_stands_apart_from_the_hypotheses(monkeypatch):
    order = fact(le(x, y), x=POSITIVE, y=POSITIVE)
    cited = Cited("roots keep the order", (1,), {SMALLER: x, LARGER: y})
    here = over(x=POSITIVE, y=POSITIVE)
    assert follows(cited, le(sp.sqrt(x), sp.sqrt(y)), order, context=here)
    for line in (lt(sp.sqrt(x), sp.sqrt(y)), le(sp.sqrt(y), sp.sqrt(x)), le(sp.sqrt(x), 2 * sp.sqrt(y))):
        assert not follows(cited, line, order, context=here)
    f, bottom = sp.Function("f"), sp.Symbol("bottom")
    least = Theorem("least", "a test", (f, bottom), (le(bottom, f(x)),), le(bottom, f(0)), {x: REAL})
    monkeypatch.setitem(THEOREMS, "least", least)
    shape = Cited("least", (1,), {f: sp.Lambda(x, x**2), bottom: x**2})
    assert not follows(shape, le(x**2, 0), fact(le(x**2, x**2), x=REAL), context=over(x=REAL))


def test_of_two_conditions_one_of_which_holds_neither_is_known():
    known, asked = fact(lt(0, x), x=POSITIVE), Instance((1,), {x: y - 1})
    here = over(y=REAL, k=REAL)
    for kind, wanted in ((sp.And, True), (sp.Or, False)):
        premise = kind(lt(1, y), lt(1, k), evaluate=False)
        line = sp.Implies(premise, lt(0, y - 1), evaluate=False)
        assert follows(asked, line, known, context=here) is wanted
    some = fact(sp.Or(lt(1, y), lt(1, k), evaluate=False), y=REAL, k=REAL)
    assert not follows(Instance((1, 2), {x: y - 1}), lt(0, y - 1), known, some, context=here)


def test_a_size_that_is_reached_is_not_exceeded():
    """|x| ≥ y does not make |x| > y, nor |x| ≤ y that |x| < y; the other way round they do."""
    kinds = {sp.Gt: sp.Ge, sp.Lt: sp.Le}
    here = over(x=REAL, y=REAL)
    for strict, weak in kinds.items():
        more, less = (fact(kind(sp.Abs(x), y, evaluate=False), x=REAL, y=REAL) for kind in (strict, weak))
        assert follows(Logic((1,)), less.statement, more, context=here)
        assert not follows(Logic((1,)), more.statement, less, context=here)
    for denied, wanted in ((sp.Lt, sp.Ge), (sp.Le, sp.Gt)):
        known = fact(sp.Not(denied(sp.Abs(x), y, evaluate=False), evaluate=False), x=REAL, y=REAL)
        assert follows(Logic((1,)), wanted(sp.Abs(x), y, evaluate=False), known, context=here)
        other = sp.Gt if wanted is sp.Ge else sp.Lt
        assert not follows(Logic((1,)), other(sp.Abs(x), y, evaluate=False), known, context=here)


def test_a_limit_from_the_other_side_is_no_beginning_of_a_rise():
    """−atan(1/x) rises from −π/2 for x > 0; from below 0 it tends to π/2."""
    f, here = -sp.atan(1 / x), over(x=POSITIVE)
    rises = fact(lt(0, 1 / (1 + x**2)), x=POSITIVE)
    for way, value, wanted in (("+", -sp.pi / 2, True), ("-", sp.pi / 2, False)):
        limit = fact(eq(sp.Limit(f, x, 0, way), value), x=POSITIVE)
        assert follows(Rising((1, 2), x), lt(value, f), rises, limit, context=here) is wanted
    elsewhere = fact(eq(sp.Limit(f, x, -1, "+"), sp.pi / 4), x=POSITIVE)
    assert not follows(Rising((1, 2), x), lt(sp.pi / 4, f), rises, elsewhere, context=here)


def test_a_function_increases_where_it_is_asked_to_be_smooth():
    """Not on the smaller set of a letter of the same name; and of no letter that another stands for."""
    inverse, order = sp.Lambda(n, -1 / n), fact(lt(x, y), x=REAL, y=REAL)
    here = over(x=REAL, y=REAL, n=POSITIVE)
    assert not follows(Increasing((1,), inverse), lt(-1 / x, -1 / y), order, context=here)
    below = sp.Interval.open(-sp.oo, 0)
    sets = {x: REAL, y: below, n: below, _f: REAL}
    context, known = Context(sets, {_f: -x}), Fact(lt(y, n), sets)
    assert not follows(
        Increasing((1,), sp.Lambda(x, x * _f), below), lt(y * _f, n * _f), known, context=context
    )
    assert follows(Increasing((1,), sp.Lambda(x, x + _f), below), lt(y + _f, n + _f), known, context=context)


def test_a_sum_of_no_terms_is_not_less_than_another():
    terms = fact(lt(k, k + 1), k=WHOLE)
    low, high = (sp.Sum(f, (k, 1, n)) for f in (k, k + 1))
    from_0 = over(n=sp.S.Naturals0)
    assert follows(Added((1,), k), lt(low, high), terms, context=over(n=WHOLE))
    assert follows(Added((1,), k), le(low, high), terms, context=from_0)
    assert not follows(Added((1,), k), lt(low, high), terms, context=from_0)


def test_an_inequality_on_one_side_is_not_integrated_over_both():
    """x exp(−(x + 1)²) is positive for x > 0, and its integral over all real numbers is negative."""
    f = x * sp.exp(-((x + 1) ** 2))
    known = fact(le(-f, f), x=POSITIVE)
    for ends, wanted in (
        ((0, sp.oo), True),
        ((-sp.oo, sp.oo), False),
        ((-sp.oo, 1), False),
        ((-1, 1), False),
    ):
        line = le(*(sp.Integral(g, (x, *ends)) for g in (-f, f)))
        assert follows(Added((1,), x), line, known, context=over()) is wanted


def test_a_theorem_asks_for_its_hypotheses_on_its_own_sets():
    """Whatever a letter of that name ranges over in the claim."""
    some = {X: sp.Interval.open(0, sp.Rational(1, 4))}

    def largest_is(f, place, value):
        letters = dict(zip(THEOREMS["largest value"].letters, (sp.Lambda(X, f), place, value), strict=True))
        known = Fact(le(f, value), some)
        return follows(
            Cited("largest value", (1,), letters), eq(largest(f), value), known, context=Context(some)
        )

    assert largest_is(X * (1 - X), sp.Rational(1, 2), sp.Rational(1, 4))
    assert not largest_is(X, sp.Rational(1, 4), sp.Rational(1, 4))


def test_a_condition_on_the_letter_that_a_theorem_runs_over_is_kept():
    """1 − (|z| − 2)² ≥ 0 from 1 to 3 and from −3 to −1: for z > 0 that is |z − 2| ≤ 1, an interval of length
    2, but the whole set is twice as long."""
    name, z = "length of an interval", sp.Symbol("z")
    f = sp.Lambda(x, 1 - (sp.Abs(x) - 2) ** 2)
    letters = dict(zip(THEOREMS[name].letters, (f, z, 0, 1, -2, 1), strict=True))
    (said, *_), conclusion = THEOREMS[name].instance(letters)
    cited, known = Cited(name, (1,), letters), fact(said, z=REAL)
    assert not follows(cited, conclusion, known, context=tied(lt(0, z), z=REAL))
    assert follows(cited, conclusion, known, context=tied(lt(0, y), z=REAL, y=REAL))


def test_a_line_on_fewer_values_is_none_on_more_where_the_letter_is_not_shown():
    """λ is 2 x, or measured, and of x nothing is seen in λ > 0; nor in 5 ≤ x, shown for y ≥ 5 because of a
    condition y ≤ x."""
    sets, some = {x: REAL, LAM: REAL}, {x: POSITIVE, LAM: REAL}
    for meaning in (2 * x, Given(lambda world: world.letters[x])):
        context = Context(sets, {LAM: meaning})
        assert not follows(Logic((1,)), lt(0, LAM), Fact(lt(0, LAM), some), context=context)
        assert follows(Logic((1,)), lt(0, LAM), Fact(lt(0, LAM), sets), context=context)
    beyond = fact(le(5, x), x=REAL, y=sp.Interval(5, sp.oo))
    assert not follows(Logic((1,)), le(5, x), beyond, context=tied(le(y, x), x=REAL, y=REAL))
    tall = domain((x, reals()), (y, reals()), where=le(y, x))
    more = ((y, at_least(5)),)
    lines = proof(
        Line(le(y, x), Where(), more), Line(le(5, y), Decided(), more), Line(le(5, x), Combined((1, 2)), more)
    )
    widened = Proof((*lines.lines, Line(le(5, x), Logic((3,)))))
    assert widened.outcome(le(5, x), tall).why == "line 4 does not follow"


def test_what_may_depend_on_a_letter_unseen_is_not_carried_out_over_it():
    """λ is x, so that its sum over x is no multiple of it, nor is it its own limit."""
    hidden = unseen(x=REAL, k=REAL)
    for whole, wrong in [
        (sp.Sum(LAM, (x, 1, 2)), 2 * LAM),
        (sp.Product(LAM, (x, 1, 2)), LAM**2),
        (sp.Integral(LAM, (x, 0, 2)), 2 * LAM),
        (sp.Limit(LAM, x, 0), LAM),
        (sp.Derivative(LAM, x), 0),
    ]:
        assert hidden.decided(eq(whole, wrong)) is None
        assert over(x=REAL, lam=REAL).decided(eq(whole, wrong)) is not None
        assert hidden.decided(eq(whole, whole)) is not None
    assert hidden.decided(eq(sp.Sum(LAM, (n, 1, 2)), 2 * LAM)) is not None


def test_nothing_is_put_where_a_letter_moves_unseen():
    """Where x = 1, or λ = μ, derivatives by x do not agree."""
    mu = sp.Symbol("mu")
    sets = {x: REAL, LAM: REAL, mu: REAL}
    means = {LAM: Given(lambda world: world.letters[x]), mu: Given(lambda world: world.letters[x] ** 2)}
    moved = [sp.Derivative(e, x) for e in (LAM * x, LAM, mu)]
    at_1, equal = (Context(sets, means, where) for where in (eq(x, 1), eq(LAM, mu)))
    assert not follows(Rewritten((1,)), eq(moved[0], moved[1]), Fact(eq(x, 1), sets), context=at_1)
    assert not follows(Rewritten((1,)), eq(moved[1], moved[2]), Fact(eq(LAM, mu), sets), context=equal)
    assert follows(Rewritten((1,)), eq(moved[1] + LAM, moved[1] + mu), Fact(eq(LAM, mu), sets), context=equal)
    assert at_1.decided(sp.Implies(eq(x, 1), eq(moved[0], moved[1]), evaluate=False)) is None


def test_a_definition_that_hides_a_measured_letter_is_seen_through():
    """c is λ, which depends on the letter that an induction or an instance moves."""
    sets = {n: WHOLE, _f: REAL, LAM: REAL}
    context = Context(sets, {_f: LAM, LAM: Given(lambda world: world.letters[n])})
    line = le(_f, n + 1)
    base, step = Fact(le(_f, 2), sets), Fact(sp.Implies(line, le(_f, n + 2), evaluate=False), sets)
    assert not follows(Induction((1, 2), n), line, base, step, context=context)
    assert not follows(Instance((1,), {n: n + 1}), eq(_f, n + 1), Fact(eq(_f, n), sets), context=context)


def test_a_letter_is_not_moved_within_what_binds_it():
    """|x| = x for x > 0, not for every x that a map meets, or on [0, 1], or of which a set is measured."""
    known, here = fact(eq(sp.Abs(x - 1), 1 - x), x=sp.Interval.open(0, 1)), over(x=sp.Interval.open(0, 1))
    for inside, wanted in ((x, False), (k, True)):
        for whole in (
            lambda e, x=inside: iterated(x, e - 5, y, n),
            lambda e, x=inside: iterated(sp.Tuple(k, x), sp.Tuple(k, e), sp.Tuple(1, y), n),
            lambda e, x=inside: length(lt(e, 1), x),
        ):
            sides = [whole(e) for e in (sp.Abs(x - 1), 1 - x)]
            assert follows(Rewritten((1,)), eq(*sides), known, context=here) is wanted
    steps = fact(eq(iterated(x, 2 * x, y, n), 2**n * y), y=REAL, n=WHOLE, x=REAL)
    line = eq(iterated(x, 2 * x, y, n) + 1, 2**n * y + 1)
    assert follows(Rewritten((1,)), line, steps, context=over(x=REAL, y=REAL, n=WHOLE))
    assert not follows(Rewritten((1,)), eq(largest(sp.Abs(x - 1)), largest(1 - x)), known, context=here)
    tripled = fact(eq(iterated(x, 3 * x, x, n), 3**n * x), x=REAL, n=WHOLE)
    line = eq(iterated(y, 3 * y, y, n), 3**n * y)
    assert not follows(Instance((1,), {x: y}), line, tripled, context=over(y=REAL, n=WHOLE))


def test_a_map_does_not_hold_what_may_depend_on_the_letter_it_moves():
    hidden = Context({x: REAL, y: REAL, n: WHOLE, LAM: REAL}, {LAM: Given(lambda world: world.letters[x])})
    for letter, wanted in ((x, False), (k, True)):
        letters = {AT: letter, START: y, STEPS: n, MAP: sp.Lambda(k, k + LAM)}
        line = eq(iterated(letter, letter + LAM, y, n + 1), iterated(letter, letter + LAM, y, n) + LAM)
        assert follows(Cited("one step more", (), letters), line, context=hidden) is wanted


def test_a_factor_has_a_value_wherever_it_multiplies():
    """1/(x − y) times x = y makes −1 of 0."""
    equal = fact(eq(x, y), x=REAL, y=REAL)
    for factor, line in ((1 / (x - y), le(1, 0)), (sp.log(x), le(x * sp.log(x), y * sp.log(x)))):
        found = Combined((1,), ((factor, (0,)),))
        assert not follows(found, line, equal, context=over(x=REAL, y=REAL))
    found = Combined((1,), ((x, (0,)),))
    assert follows(found, le(x * x, x * y), equal, context=over(x=REAL, y=REAL))


def test_a_line_is_that_of_another_kind_only_with_its_own_word():
    """Both, one of two, and one because of the other are three statements; with equals put in a line may be
    an earlier one."""
    parts = (lt(0, x), lt(x, 1))
    kinds = [kind(*parts, evaluate=False) for kind in (sp.And, sp.Or, sp.Implies, sp.Equivalent)]
    sets = {x: REAL, y: REAL}
    for a in kinds:
        found = [
            follows(Lemma("a"), b, context=Context(sets, lemma=lambda _, a=a: Fact(a, sets))) for b in kinds
        ]
        assert found == [b is a for b in kinds]
    known, equal = Fact(sp.Or(*parts, evaluate=False), sets), Fact(eq(y, x), sets)
    for word, wanted in ((sp.Or, True), (sp.And, False)):
        line = word(lt(0, y), lt(y, 1), evaluate=False)
        assert follows(Rewritten((1, 2)), line, equal, known, context=Context(sets)) is wanted


def test_no_other_set_or_function_is_taken_for_one_that_is_known():
    here = over(y=sp.Interval(-1, 1), k=POSITIVE)
    parts = sp.Union(sp.Interval(0, 1), sp.Interval(2, 3))
    assert not lies_in(k, parts, here) and not lies_in(k + 1, parts, here)
    for value in (sp.atanh(y), sp.loggamma(y), sp.atanh(k), sp.zeta(k)):
        assert not lies_in(value, REAL, here)


def test_a_condition_on_what_depends_on_a_letter_is_one_on_the_letter():
    """λ > 0 says of x that it is positive, where λ is 2 x; and may say so, where λ is measured."""
    sets, known = {x: REAL, LAM: REAL}, Fact(lt(0, x), {x: REAL, LAM: REAL})
    for meaning in (2 * x, Given(lambda world: world.letters[x])):
        context = Context(sets, {LAM: meaning}, lt(0, LAM))
        assert not follows(Instance((1,), {x: -x}), lt(0, -x), known, context=context)
    elsewhere = Context({**sets, y: REAL}, {LAM: 2 * y}, lt(0, LAM))
    assert follows(Instance((1,), {x: -x}), lt(0, -x), known, context=elsewhere)


def test_equals_are_not_put_into_a_map_over_a_letter_that_they_may_depend_on():
    """λ = y where x is what it is, not for the numbers that a map goes through."""
    sets = {x: REAL, y: REAL, n: WHOLE, LAM: REAL}
    hidden = Context(sets, {LAM: Given(lambda world: world.letters[x])}, eq(LAM, y))
    for letter, wanted in ((x, False), (k, True)):
        for whole in (
            lambda e, x=letter: iterated(x, x + e, 1, n),
            lambda e, x=letter: length(lt(x, e), x),
            lambda e, x=letter: sp.Sum(x * e, (x, 1, n)),
        ):
            line = eq(whole(LAM), whole(y))
            assert follows(Rewritten((1,)), line, Fact(eq(LAM, y), sets), context=hidden) is wanted


def test_a_line_is_the_same_as_one_that_is_multiplied_out():
    """And each kind of statement is known again."""
    sets = over(x=REAL, y=REAL, n=REAL).sets
    for known, line in [
        (sp.Ne(x, y, evaluate=False), sp.Ne(y, x, evaluate=False)),
        (eq((x + y) ** 2, n), eq(x**2 + 2 * x * y + y**2, n)),
        (lt(x * (x + 1), y), lt(x**2, y - x)),
        (sp.And(lt(x * (x + 1), y), lt(x, y)), sp.And(lt(x, y), lt(x**2 + x, y))),
        (sp.Not(lt(x * (x + 1), y), evaluate=False), sp.Not(lt(x**2 + x, y), evaluate=False)),
    ]:
        context = Context(sets, lemma=lambda _, known=known: Fact(known, sets))
        assert follows(Lemma("a"), line, context=context), line
    never = fact(sp.Implies(lt(x, y), sp.false, evaluate=False), x=REAL, y=REAL)
    assert follows(Logic((1,)), le(y, x), never, context=over(x=REAL, y=REAL))
    assert lies_in(sp.log(x**2 - x + 1), REAL, over(x=REAL))
