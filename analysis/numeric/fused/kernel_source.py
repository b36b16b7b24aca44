"""The fused loops over chains as Python source, printed from the SymPy definition of an activation.

The loops are source in a file, not lambdified functions, because Numba keeps compiled code between sessions
only for functions that stand in a file. ``loops`` prints it when it is first asked for.

Everything is written in e = exp(−|z|), which is computed once, as p · 2ⁿ. A slope is a power of e times a
rest near 1, so its mantissa (in p) and its exponent (in n) neither under- nor overflow.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.printing.pycode import PythonCodePrinter

from analysis.numeric.compiled import without_cancellation
from analysis.symbolic.activation import Activation
from analysis.symbolic.notation import z

FOLDER = Path(__file__).parent
CHAINS, LAYERS = 32, 256  # of a tile that is cut out of (N, L)
_E, _P, _N = sp.symbols("e p n")
_KNOWN = (log1p, expm1, sp.Abs, sp.Min, sp.Max, sp.sign, sp.Piecewise)


class Unprintable(TypeError):
    """A definition that holds what the loops do not have."""


class Kernel(NamedTuple):
    """σ(z), σ′(z), and σ′(z) = mantissa · 2^exponent, as expressions in z, e, p and n."""

    value: sp.Expr
    slope: sp.Expr
    mantissa: sp.Expr
    exponent: sp.Expr


class _Printer(PythonCodePrinter):  # type: ignore[misc]
    """Python code in which each choice is a conditional expression, which becomes a vector select."""

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        *first, last = expr.args
        shown = self._print(last.expr)
        for value, condition in reversed(first):
            shown = f"({self._print(value)} if {self._print(condition)} else {shown})"
        return str(shown)

    def _print_Min(self, expr: sp.Min) -> str:
        return self._smaller_first(expr, "<")

    def _print_Max(self, expr: sp.Max) -> str:
        return self._smaller_first(expr, ">")

    def _smaller_first(self, expr: sp.Expr, relation: str) -> str:
        x, y = (self._print(arg) for arg in expr.args)
        return f"({x} if {x} {relation} {y} else {y})"

    def _print_sign(self, expr: sp.sign) -> str:
        x = self._print(expr.args[0])
        return f"(1.0 if {x} > 0.0 else -1.0 if {x} < 0.0 else 0.0)"

    def _print_Pow(self, expr: sp.Pow, **kwargs: Any) -> str:
        base, power = self._print(expr.base), int(expr.exp)
        product = "*".join([base if expr.base.is_Symbol else f"({base})"] * abs(power))
        return f"(1.0/({product}))" if power < 0 else f"({product})"

    def _print_Integer(self, expr: sp.Integer) -> str:
        return f"{int(expr)}.0"

    def _print_Rational(self, expr: sp.Rational) -> str:
        return repr(int(expr.p) / int(expr.q))

    def _print_NumberSymbol(self, expr: sp.NumberSymbol) -> str:
        return repr(float(expr))

    def _print_Function(self, expr: sp.Function) -> str:
        return f"{type(expr).__name__}({', '.join(self._print(x) for x in expr.args)})"

    _print_log1p = _print_expm1 = _print_Function


def kernel(activation: Activation) -> Kernel:
    """What the loops evaluate for an activation;
    raises Unprintable where its definition holds more than e = exp(−|z|)."""
    value = _in_e(activation.value)
    pieces = _pieces(sp.piecewise_fold(_in_e(activation.slope)))
    split = [(_power_of_e(piece), condition) for piece, condition in pieces]
    mantissa = sp.Piecewise(*((rest * _P**k, condition) for (k, rest), condition in split))
    exponent = sp.Piecewise(*((k * _N, condition) for (k, _), condition in split))
    slope = sp.Piecewise(*((rest * _E**k, condition) for (k, rest), condition in split))
    for expr in (value, slope, mantissa):
        _check(activation.name, expr)
    return Kernel(value, slope, mantissa, exponent)


def _pieces(expr: sp.Expr) -> list[tuple[sp.Expr, sp.Basic]]:
    """The pieces that differ: what agrees with the last, as exact functions, is left to the last."""
    if not isinstance(expr, sp.Piecewise):
        return [(expr, sp.true)]
    *first, (last, _) = expr.args
    return [(x, c) for x, c in first if not _same(x, last)] + [(last, sp.true)]


def _same(x: sp.Expr, y: sp.Expr) -> bool:
    if not x.has(sp.sinh):
        return False
    positive = sp.Symbol("t", positive=True)
    difference = (x - y.subs(_E, sp.exp(-sp.Abs(z)))).subs(z, positive).rewrite(sp.exp)
    return bool(sp.simplify(difference) == 0 and sp.simplify(x - x.subs(z, -z)) == 0)


def _in_e(expr: sp.Expr) -> sp.Expr:
    """The expression with e for exp(−|z|), for e^z where z ≤ 0, and in e^min(0, z); constants as numbers."""
    expr = without_cancellation(expr)
    expr = expr.replace(lambda x: isinstance(x, sp.Piecewise), _negative_pieces)
    expr = expr.replace(
        lambda x: isinstance(x, sp.tanh) and x.args == (z,),
        lambda x: sp.sign(z) * -expm1(-2 * sp.Abs(z)) / (1 + _E**2),
    )
    expr = expr.replace(lambda x: isinstance(x, sp.exp), _power)
    expr = expr.replace(lambda x: x.is_Mul and x.has(sp.sign), _without_sign)
    return _numbers(expr)


def _numbers(expr: sp.Basic) -> sp.Basic:
    if isinstance(expr, sp.Expr) and expr.is_number and not expr.is_Rational:
        return sp.Float(expr.evalf(30), 17)
    return expr.func(*(_numbers(x) for x in expr.args)) if expr.args else expr


def _negative_pieces(expr: sp.Piecewise) -> sp.Piecewise:
    return sp.Piecewise(
        *((x.subs(sp.exp(z), _E) if c in (z < 0, z <= 0) else x, c) for x, c in expr.args), evaluate=False
    )


def _power(expr: sp.exp) -> sp.Expr:
    times = sp.cancel(expr.args[0] / -sp.Abs(z))
    if expr.args[0] == sp.Min(0, z):
        return sp.Piecewise((_E, z < 0), (1, True))
    return _E**times if times.is_Integer else expr


def _without_sign(product: sp.Mul) -> sp.Expr:
    """sign(x)·|x| as x."""
    for factor in product.args:
        if isinstance(factor, sp.sign) and sp.Abs(factor.args[0]) in product.args:
            rest = [x for x in product.args if x not in (factor, sp.Abs(factor.args[0]))]
            return sp.Mul(factor.args[0], *rest)
    return product


def _power_of_e(piece: sp.Expr) -> tuple[sp.Integer, sp.Expr]:
    """(k, rest) with piece = e^k · rest."""
    power, rest = sp.S.Zero, []
    for factor in sp.Mul.make_args(piece):
        base, exponent = factor.as_base_exp()
        if base == _E:
            power += exponent
        else:
            rest.append(factor)
    return power, sp.Mul(*rest)


def _check(name: str, expr: sp.Expr) -> None:
    functions = {type(x) for x in expr.atoms(sp.Function)} - set(_KNOWN)
    powers = [x for x in expr.atoms(sp.Pow) if not x.exp.is_Integer]
    if functions or powers or expr.free_symbols - {z, _E, _P, _N}:
        odd = sorted(f.__name__ for f in functions) or powers or expr.free_symbols
        raise Unprintable(f"the loops have no code for {odd} in {name}")


_HEAD = """import numba
import numpy as np

from analysis.numeric.fused.tiles import backward, flaws, gather, scaled_backward, scatter, some_of
from analysis.numeric.fused.tiles import through_weight
from analysis.numeric.fused.vectorised import OPTIONS, expm1, log1p, scaled_exp, two_to

CHAINS, LAYERS = {chains}, {layers}
"""
_FORWARD = """

@numba.njit(**OPTIONS)
def {kind}forward(w, b, a, {results}, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n){shared}
            a[k] = {value}
{stores}
"""
_BACK = """

@numba.njit(**OPTIONS)
def plain(start, stop, a0, w, b, top, out):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check = np.zeros(width)
        forward(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), out[t], check)
        ahead = min(t + 1, tiles - 1)
        backward(w[t], top[min(t, len(top) - 1)].copy(), out[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def scaled(start, stop, a0, w, b, top, sign, logabs):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check, m, n = np.zeros(width), np.empty(width), np.zeros(width)
        scaled_forward(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), sign[t], logabs[t], check)
        through_weight(m, n, np.ones(width), top[min(t, len(top) - 1)])
        ahead = min(t + 1, tiles - 1)
        scaled_backward(w[t], m, n, sign[t], logabs[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def plain_rows(start, stop, a0, w, b, top, out):
    chains, depth = w.shape
    pieces, bad = (depth + LAYERS - 1) // LAYERS, 0
    for t in range(start, stop):
        first, shape = t * CHAINS, (min(depth, LAYERS), CHAINS)
        w_tile, b_tile, s_tile, check = np.empty(shape), np.empty(shape), np.empty(shape), np.zeros(CHAINS)
        a, g = some_of(a0, first, chains, CHAINS), some_of(top, first, chains, CHAINS)
        for i in range(pieces):
            layer = i * LAYERS
            size = min(LAYERS, depth - layer)
            wt, bt, st = w_tile[:size], b_tile[:size], s_tile[:size]
            gather(w, first, layer, wt)
            gather(b, first, layer, bt)
            forward(wt, bt, a, st, check)
            scatter(st, first, layer, out)
        for i in range(pieces - 1, -1, -1):
            layer = i * LAYERS
            size = min(LAYERS, depth - layer)
            wt, st = w_tile[:size], s_tile[:size]
            gather(w, first, layer, wt)
            gather(out, first, layer, st)
            backward(wt, g, st, wt[:0], wt[:0])
            scatter(st, first, layer, out)
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def scaled_rows(start, stop, a0, w, b, top, sign, logabs):
    chains, depth = w.shape
    pieces, bad = (depth + LAYERS - 1) // LAYERS, 0
    for t in range(start, stop):
        first, shape = t * CHAINS, (min(depth, LAYERS), CHAINS)
        w_tile, b_tile, s_tile, e_tile = np.empty(shape), np.empty(shape), np.empty(shape), np.empty(shape)
        a, g = some_of(a0, first, chains, CHAINS), some_of(top, first, chains, CHAINS)
        check, m, n = np.zeros(CHAINS), np.empty(CHAINS), np.zeros(CHAINS)
        through_weight(m, n, np.ones(CHAINS), g)
        for i in range(pieces):
            layer = i * LAYERS
            size = min(LAYERS, depth - layer)
            wt, bt, st, et = w_tile[:size], b_tile[:size], s_tile[:size], e_tile[:size]
            gather(w, first, layer, wt)
            gather(b, first, layer, bt)
            scaled_forward(wt, bt, a, st, et, check)
            scatter(st, first, layer, sign)
            scatter(et, first, layer, logabs)
        for i in range(pieces - 1, -1, -1):
            layer = i * LAYERS
            size = min(LAYERS, depth - layer)
            wt, st, et = w_tile[:size], s_tile[:size], e_tile[:size]
            gather(w, first, layer, wt)
            gather(sign, first, layer, st)
            gather(logabs, first, layer, et)
            scaled_backward(wt, m, n, st, et, wt[:0], wt[:0])
            scatter(st, first, layer, sign)
            scatter(et, first, layer, logabs)
        bad += flaws(check)
    return bad
"""


def source(activation: Activation) -> str:
    """The text of the module with an activation's loops; raises Unprintable as ``kernel`` does."""
    found = kernel(activation)
    powers = {x for expr in found for x in expr.atoms(sp.Pow) if x.exp.is_negative}
    bases = sorted({x.base for x in powers}, key=sp.default_sort_key)
    inverse = {base: sp.Symbol(f"r{i}") for i, base in enumerate(bases)}
    once = {x: inverse[x.base] ** -x.exp for x in powers}
    show = _Printer().doprint
    lines = "".join(f"\n            {r} = 1.0 / ({show(base)})" for base, r in inverse.items())
    shown = {field: show(expr.xreplace(once)) for field, expr in found._asdict().items()}
    text = _HEAD.format(chains=CHAINS, layers=LAYERS)
    for kind, results in (("", ("slope",)), ("scaled_", ("mantissa", "exponent"))):
        stores = "\n".join(f"            {x}[j, k] = {shown[x]}" for x in results)
        text += _FORWARD.format(
            kind=kind, results=", ".join(results), shared=lines, value=shown["value"], stores=stores
        )
    return text + _BACK


@cache
def loops(activation: Activation) -> ModuleType | None:
    """The module of an activation's loops, which imports Numba; None where they have no code for it.

    It is written beside Python's own compiled code, once for each state of what it is printed from. Where
    nobody can write there it is kept in memory, and each process compiles anew.
    """
    path = FOLDER / "__pycache__" / f"kernels_{stamp(activation)}.loops"
    module = ModuleType(f"{__package__}.{path.stem}")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        try:
            text = source(activation)
        except Unprintable:
            return None
        if not _written(path, text):
            text = text.replace("OPTIONS)", "OPTIONS | {'cache': False})")
    sys.modules[module.__name__] = module  # there Numba looks for it when it loads compiled code
    exec(compile(text, path, "exec"), module.__dict__)
    return module


def _written(path: Path, text: str) -> bool:
    """Put it there in one go, for another process may do the same; False where that is not allowed."""
    part = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError:
        return False
    return True


def stamp(activation: Activation) -> str:
    """A digest of all that goes into the loops, those included that Numba compiles into them."""
    digest = hashlib.sha256(f"{sp.__version__} {activation!r}".encode())
    for path in (
        Path(__file__),
        FOLDER / "tiles.py",
        FOLDER / "vectorised.py",
        FOLDER.parent / "compiled.py",
    ):
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]
