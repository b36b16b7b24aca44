"""Exercises of chapter 12, residual connections."""

from __future__ import annotations

import sympy as sp

from analysis.exercises.domain import Domain, over
from analysis.exercises.exercise import Condition, Exercise, Mistake, Value, Witness, instead
from analysis.symbolic.catalogue import SIGMOID, TANH
from analysis.symbolic.layer import plain
from analysis.symbolic.notation import b, h, w, z
from analysis.symbolic.residual import L, c, growth, residual, s

_DEPTH, _TAKEN = 10, 3

_factor = Value(
    right=lambda: residual(plain(TANH), s).factor,
    domain=Domain((*((x, ((-2, 2),)) for x in (w, h, b)), (s, ((0.05, 2),)))),
    arguments=(w, h, b, s),
    mistakes=(
        Mistake(lambda right: right - 1,
            "The shortcut is missing: the output is h + s·tanh(wh + b), and h has the derivative 1."),
        Mistake(lambda right: 1 + (right - 1) / s, "The branch scale is missing."),
        Mistake(lambda right: 1 + (right - 1) / w,
            "The weight is missing: by the chain rule the inner derivative of wh + b is w."),
        Mistake(lambda right: h + right - 1, "The derivative of the shortcut h is 1, not h."),
        Mistake(lambda right: s + right - 1, "The scale multiplies the branch only, not the shortcut."),
        Mistake(lambda right: 1 + s * TANH.formula.subs(z, w * h + b),
            "This is the branch itself, not its derivative."),
    ),
)  # fmt: skip

_paths = Value(
    name="paths",
    right=lambda: sp.binomial(_DEPTH, _TAKEN),
    whole=True,
    mistakes=(
        instead(2**_DEPTH, "These are all paths. Only those through three branches are wanted."),
        instead(sp.ff(_DEPTH, _TAKEN), "The order of the branches is given by the network: do not count it."),
        instead(_DEPTH, "These are the paths through one branch."),
        instead(sp.binomial(_DEPTH, 2), "These are the paths through two branches."),
        instead(2**_TAKEN, "This counts paths in a network of three blocks."),
    ),
)
_mean_length = Value(
    name="mean length",
    right=lambda: (L * c / (1 + c)).subs({L: _DEPTH, c: sp.Rational(1, 4)}),
    mistakes=(
        instead(sp.Rational(5, 2),
            "This is Lc. The squares of all paths add up to (1 + c)^L, not to 1: divide by that."),
        instead(5,
            "This would be so if every path counted alike. A path through k branches counts with c^k."),
        instead(8, "This is L/(1 + c): the mean number of branches that are skipped."),
        instead(sp.Rational(10, 3), "This is Lc/(1 − c), a geometric series. Here the weights are binomial."),
        instead(10, "This is the longest path, not the mean."),
    ),
)  # fmt: skip

_scale = Value(
    right=lambda: sp.solve(sp.Eq(growth(L, s, sp.S.One), 2), s)[0],
    domain=over(L, ranges=((1.0, 60.0),)),
    arguments=(L,),
    mistakes=(
        Mistake(lambda right: right**2, "This is s². The branch is multiplied by s, its mean square by s²."),
        instead(1 / sp.sqrt(L), "This gives (1 + 1/L)^L, which lies between 2 and e: exactly 2 is wanted."),
        instead(sp.sqrt(2 ** (1 / L)),
            "The 1 of the shortcut is missing: a block multiplies by 1 + s², not by s²."),
        instead(sp.sqrt(sp.log(2) / L), "Right to first order in 1/L only. Solve (1 + s²)^L = 2 exactly."),
        instead(sp.sqrt(sp.log(2)) / L, "Look at the power of L: s² is of the order 1/L."),
    ),
)  # fmt: skip

_direct = Value(
    right=lambda: sp.log(1000) / -sp.log(sp.Rational(9, 10)),
    mistakes=(
        Mistake(lambda right: -right,
            "The sign: the logarithm of 0.9 is negative, and so is that of 1/1000."),
        instead(sp.log(1000) / sp.log(10), "This would be for a shortcut of 0.1."),
        Mistake(lambda right: right / 2,
            "Halved: 0.9^(2L) would be the mean square. The path itself is 0.9^L."),
        instead(10000, "Not proportional: 0.9 is multiplied in again at each block, not subtracted."),
        instead(sp.log(1000) * 10, "1 − 0.9 = 0.1 is close to −log 0.9, but not equal to it."),
    ),
)  # fmt: skip

_mean_of_branch = Value(
    right=lambda: sp.sqrt(5 / sp.pi),
    mistakes=(
        instead(0, "A ReLU has no negative outputs: its mean is 0 only where it is always 0."),
        instead(sp.sqrt(5 / (2 * sp.pi)), "The variance of the weighted input is 2q = 10, not 5."),
        instead(sp.sqrt(10),
            "This is the standard deviation of the weighted input. The mean of ReLU(u) for a standard normal "
            "u is 1/√(2π)."),
        instead(sp.sqrt(5), "This is the root mean square of the branch."),
        instead(sp.sqrt(20 / sp.pi), "This is the mean of |z|. ReLU drops the negative half."),
        instead(5 / sp.sqrt(sp.pi), "The mean is proportional to √q, not to q."),
    ),
)  # fmt: skip

_at_rest = residual(plain(SIGMOID)).factor.subs({h: 0, b: 0})
_blocked = Witness(
    symbol=w,
    conditions=(
        Condition(sp.Lt(w, 0), "Without a negative weight the factor is 1 or more.", sp.Integer(4)),
        Condition(
            sp.Lt(sp.Abs(_at_rest), sp.Rational(1, 100), evaluate=False),
            "Not yet: there the size of the factor is {left}.",
            sp.Integer(-8),
        ),
    ),
)

EXERCISES = (
    Exercise(
        "12.1",
        (_factor,),
        (
            "The output of the block is h + s·tanh(wh + b). Differentiate each term.",
            "The derivative of tanh is 1 − tanh². The chain rule gives a factor w.",
        ),
    ),
    Exercise(
        "12.2",
        (_paths, _mean_length),
        (
            "A path is a choice of the branches that it takes. In how many ways can three of ten be chosen?",
            "A path through k branches counts with c^k. The weights add up to (1 + c)^L.",
            "Σ k C(L, k) c^k is c times the derivative of (1 + c)^L in c.",
        ),
    ),
    Exercise(
        "12.3",
        (_scale,),
        (
            "A block multiplies the mean square by 1 + s², so L blocks by (1 + s²)^L.",
            "Take the L-th root of 2, then solve for s.",
        ),
    ),
    Exercise(
        "12.4",
        (_direct,),
        (
            "The direct path takes no branch: it is the product of L shortcuts.",
            "Solve 0.9^L = 1/1000 with logarithms.",
        ),
    ),
    Exercise(
        "12.5",
        (_blocked,),
        (
            "With h = 0 and b = 0 the weighted input is 0, whatever w is. What is the slope of the sigmoid "
            "there?",
            "The factor is 1 + w/4. A shortcut adds 1; it does not forbid −1 in the branch.",
        ),
    ),
    Exercise(
        "12.6",
        (_mean_of_branch,),
        (
            "The weighted input is normal with mean 0 and variance n · (2/n) · q = 2q.",
            "The mean of ReLU(u) for a standard normal u is the integral of u times its density over u > 0.",
            "ReLU(τu) = τ ReLU(u) for τ > 0.",
        ),
    ),
)
