"""Deriving ∂C/∂b₁ of a chain of depth L, against SymPy's own derivative of the nested expression."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import race as races
import sympy as sp
from sympy.core.cache import clear_cache

from analysis.symbolic import chain
from analysis.symbolic.notation import a_, b_, sigma_prime, w_, z_


def derived(depth: int) -> sp.Expr:
    clear_cache()
    chain._slopes.cache_clear()
    chain._names.cache_clear()
    found = chain.gradient(depth)
    clear_cache()  # pays for emptying what it filled
    return found


def naive(depth: int) -> sp.Expr:
    """The chain written out with SymPy's own undefined functions, then one ``diff``,
    which calls itself once a layer and more."""
    clear_cache()
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 100 * depth))
    sigma, of_output = sp.Function("sigma"), sp.Function("C")
    a = a_(0)
    for j in range(1, depth + 1):
        a = sigma(w_(j) * a + b_(j))
    return of_output(a).diff(b_(1))


def typed_in(depth: int) -> sp.Expr:
    """The product that somebody who knows it would type: one ``Mul``."""
    clear_cache()
    later = (x for j in range(2, depth + 1) for x in (w_(j), sigma_prime(z_(j))))
    found = sp.Mul(sigma_prime(z_(1)), *later, chain.factors(1)[-1])
    clear_cache()
    return found


def test_against_diff(race: Any, store: Any) -> None:
    """The naive derivative grows with the cube of the depth, the product of layer factors with the depth."""
    small = [16, 32, 64]
    found = race(
        "∂C/∂b₁ at growing depth, by one diff of the nested expression",
        {f"diff at depth {d}": lambda d=d: naive(d) for d in small},
        unit="call", work=1, rounds=3, warm=False,
    )  # fmt: skip
    found.notes["exponent in the depth"] = races.exponent(
        small, [found.median(f"diff at depth {d}") for d in small]
    )
    store(found, "diff at depth 16")


def test_at_depth_128(race: Any, store: Any) -> None:
    calls = {"derived, layer by layer": lambda: derived(128), "one diff": lambda: naive(128)}
    found = race("∂C/∂b₁ at depth 128", calls, unit="call", work=1, rounds=1, warm=False)
    store(found, "derived, layer by layer")


def test_against_typing_it_in(race: Any, store: Any) -> None:
    calls = {"one Mul of typed-in factors": lambda: typed_in(1000), "derived": lambda: derived(1000)}
    found = race("∂C/∂b₁ at depth 1,000", calls, unit="call", work=1, rounds=9)
    found.notes["operations / depth"] = float(sp.count_ops(chain.gradient(1000)) / 1000)
    store(found, "one Mul of typed-in factors")


def test_depth_of_derivation(race: Any, store: Any) -> None:
    depths = [100, 300, 1000, 3000, 10_000]
    calls = {f"depth {d:,}": lambda d=d: derived(d) for d in depths}
    found = race("∂C/∂b₁, derived layer by layer", calls, unit="call", work=1, rounds=3)
    times = [found.median(f"depth {d:,}") for d in depths]
    found.notes["exponent in the depth"] = races.exponent([float(d) for d in depths], times)
    store(found, "depth 100")


def test_import(race: Any, store: Any) -> None:
    def fresh(code: str) -> Any:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    calls = {"import sympy": fresh("import sympy"), "import analysis": fresh("import analysis")}
    calls["the chain's symbolic core"] = fresh("import analysis.symbolic.chain")
    found = race("start-up of an interpreter", calls, unit="start", work=1, rounds=5)
    store(found, "import sympy")
