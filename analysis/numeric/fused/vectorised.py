"""exp and log for Numba's loops, in arithmetic alone,
so that LLVM turns a loop over them into vector instructions.

A call of the C library in a loop stops vectorisation, and costs several times as much. Errors, measured by
the tests: ``exp`` and ``log`` at most 3 units in the last place, subnormal results included.
"""

from __future__ import annotations

import math
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def _identity(x: float) -> float:
    return x


def _can_cache() -> bool:
    """Whether Numba finds a folder to keep compiled code in:
    beside this file, in NUMBA_CACHE_DIR, or in the user's cache."""
    try:
        numba.njit(cache=True)(_identity)
    except (RuntimeError, OSError):  # a read-only tree and an unwritable home
        return False
    return True


OPTIONS: dict[str, Any] = {
    "error_model": "numpy",
    "fastmath": {"contract"},
    "cache": _can_cache(),  # without one, each process compiles anew, in a second or two
    "nogil": True,
}
LOG2_E = 1.0 / math.log(2.0)
LN2_HIGH = 0.6931471803691238  # the leading 33 bits of log 2, so that n · LN2_HIGH is exact for |n| < 2²⁰
LN2_LOW = 1.9082149292705877e-10
_ROUND = 1.5 * 2.0**52  # x + _ROUND holds the nearest integer to x in its low bits
_ONE = 1023 << 52
_HALF_ROOT = 0x3FE6A09E667F3BCC  # the bits of √½
_E2, _E3, _E4, _E5, _E6, _E7, _E8, _E9, _E10, _E11, _E12 = (1.0 / math.factorial(k) for k in range(2, 13))
_L1, _L2, _L3, _L4, _L5, _L6, _L7, _L8, _L9, _L10 = (2.0 / (2 * k + 1) for k in range(1, 11))


def _bits_to_float(typingctx: Any, x: Any) -> Any:
    """The float64 with these 64 bits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), generate


def _float_to_bits(typingctx: Any, x: Any) -> Any:
    """The 64 bits of a float64 as an integer."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), generate


def _prefetch(typingctx: Any, array: Any, offset: Any) -> Any:
    """Ask for the cache line that holds element ``offset`` of a C-contiguous array,
    counted from its start."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        byte = ir.IntType(8).as_pointer()
        address = builder.bitcast(builder.gep(data, [args[1]]), byte)
        i32 = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, i32, i32, i32])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
        builder.call(function, [address, i32(0), i32(2), i32(1)])
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


bits_to_float: Any = intrinsic(_bits_to_float)
float_to_bits: Any = intrinsic(_float_to_bits)
prefetch: Any = intrinsic(_prefetch)


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def scaled_exp(x: float) -> tuple[float, float]:
    """(p, n) with e^x = p · 2ⁿ and p near 1, for any x: neither under- nor overflows.
    n is whole for |x| < 2⁴⁰."""
    whole = x * LOG2_E + _ROUND
    n = whole - _ROUND
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    p = _E8 + r * (_E9 + r * (_E10 + r * (_E11 + r * _E12)))
    p = 1.0 + r * (1.0 + r * (_E2 + r * (_E3 + r * (_E4 + r * (_E5 + r * (_E6 + r * (_E7 + r * p)))))))
    far = abs(x) >= 2.0**40
    return (1.0 if far else p), (x * LOG2_E if far else n)


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def two_to(n: float) -> Any:
    """2ⁿ for whole n ≤ 1023; 0 for n < −1022."""
    power = bits_to_float((float_to_bits((n if n > -1022.0 else -1022.0) + _ROUND) + 1023) << 52)
    return power if n >= -1022.0 else 0.0


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def exp(x: float) -> Any:
    """e^x; 0 and inf beyond the range of float64, NaN for NaN."""
    x = 710.0 if x > 710.0 else x
    x = -750.0 if x < -750.0 else x
    p, n = scaled_exp(x)
    whole = float_to_bits(n + _ROUND) - float_to_bits(_ROUND)
    half = whole >> 1
    return p * bits_to_float((half << 52) + _ONE) * bits_to_float(((whole - half) << 52) + _ONE)


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def log(x: float) -> Any:
    """log x for x ≥ 2⁻¹⁰²², finite; of anything else, nonsense: the loops ask for nothing else."""
    bits = float_to_bits(x)
    n = (bits - _HALF_ROOT) >> 52
    f = bits_to_float(bits - (n << 52)) - 1.0
    s = f / (2.0 + f)
    t = s * s
    p = _L6 + t * (_L7 + t * (_L8 + t * (_L9 + t * _L10)))
    p = t * (_L1 + t * (_L2 + t * (_L3 + t * (_L4 + t * (_L5 + t * p)))))
    k = float(n)
    return k * LN2_HIGH + (s * (2.0 + p) + k * LN2_LOW)


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def log1p(x: float) -> Any:
    """log(1 + x) for 0 ≤ x ≤ 1."""
    u = 1.0 + x
    return log(u) + (x - (u - 1.0)) / u


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def expm1(x: float) -> Any:
    """e^x − 1 for x ≤ 0."""
    near = 0.0
    for k in range(14, 0, -1):
        near = x * (1.0 + near) / k
    return near if x > -0.5 else exp(x) - 1.0
