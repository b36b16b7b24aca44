"""The loops over the layers of many chains, for each activation.
Printed by ``kernel_source``: change that, not this.

The loops that these call were, when this was printed: 31e525510bdce9fd.
"""

import numba
import numpy as np

from analysis.numeric.fused.tiles import backward, flaws, gather, scaled_backward, scatter, some_of
from analysis.numeric.fused.tiles import through_weight
from analysis.numeric.fused.vectorised import OPTIONS, expm1, log1p, scaled_exp, two_to

CHAINS, LAYERS = 32, 256  # of a tile that is cut out of (N, L)


@numba.njit(**OPTIONS)
def forward_sigmoid(w, b, a, slope, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            r0 = 1.0 / (e + 1.0)
            a[k] = r0*(e if (z < 0.0) else 1.0)
            slope[j, k] = e*(r0*r0)


@numba.njit(**OPTIONS)
def scaled_forward_sigmoid(w, b, a, mantissa, exponent, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            r0 = 1.0 / (e + 1.0)
            a[k] = r0*(e if (z < 0.0) else 1.0)
            mantissa[j, k] = p*(r0*r0)
            exponent[j, k] = n


@numba.njit(**OPTIONS)
def plain_sigmoid(start, stop, a0, w, b, top, out):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check = np.zeros(width)
        forward_sigmoid(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), out[t], check)
        ahead = min(t + 1, tiles - 1)
        backward(w[t], top[min(t, len(top) - 1)].copy(), out[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def scaled_sigmoid(start, stop, a0, w, b, top, sign, logabs):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check, m, n = np.zeros(width), np.empty(width), np.zeros(width)
        scaled_forward_sigmoid(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), sign[t], logabs[t], check)
        through_weight(m, n, np.ones(width), top[min(t, len(top) - 1)])
        ahead = min(t + 1, tiles - 1)
        scaled_backward(w[t], m, n, sign[t], logabs[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def plain_rows_sigmoid(start, stop, a0, w, b, top, out):
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
            forward_sigmoid(wt, bt, a, st, check)
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
def scaled_rows_sigmoid(start, stop, a0, w, b, top, sign, logabs):
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
            scaled_forward_sigmoid(wt, bt, a, st, et, check)
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


@numba.njit(**OPTIONS)
def forward_tanh(w, b, a, slope, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            r0 = 1.0 / ((e*e) + 1.0)
            a[k] = -r0*expm1(-2.0*abs(z))*(1.0 if z > 0.0 else -1.0 if z < 0.0 else 0.0)
            slope[j, k] = 4.0*(e*e)*(r0*r0)


@numba.njit(**OPTIONS)
def scaled_forward_tanh(w, b, a, mantissa, exponent, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            r0 = 1.0 / ((e*e) + 1.0)
            a[k] = -r0*expm1(-2.0*abs(z))*(1.0 if z > 0.0 else -1.0 if z < 0.0 else 0.0)
            mantissa[j, k] = 4.0*(p*p)*(r0*r0)
            exponent[j, k] = 2.0*n


@numba.njit(**OPTIONS)
def plain_tanh(start, stop, a0, w, b, top, out):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check = np.zeros(width)
        forward_tanh(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), out[t], check)
        ahead = min(t + 1, tiles - 1)
        backward(w[t], top[min(t, len(top) - 1)].copy(), out[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def scaled_tanh(start, stop, a0, w, b, top, sign, logabs):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check, m, n = np.zeros(width), np.empty(width), np.zeros(width)
        scaled_forward_tanh(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), sign[t], logabs[t], check)
        through_weight(m, n, np.ones(width), top[min(t, len(top) - 1)])
        ahead = min(t + 1, tiles - 1)
        scaled_backward(w[t], m, n, sign[t], logabs[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def plain_rows_tanh(start, stop, a0, w, b, top, out):
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
            forward_tanh(wt, bt, a, st, check)
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
def scaled_rows_tanh(start, stop, a0, w, b, top, sign, logabs):
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
            scaled_forward_tanh(wt, bt, a, st, et, check)
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


@numba.njit(**OPTIONS)
def forward_identity(w, b, a, slope, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            a[k] = z
            slope[j, k] = 1.0


@numba.njit(**OPTIONS)
def scaled_forward_identity(w, b, a, mantissa, exponent, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            a[k] = z
            mantissa[j, k] = 1.0
            exponent[j, k] = 0.0


@numba.njit(**OPTIONS)
def plain_identity(start, stop, a0, w, b, top, out):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check = np.zeros(width)
        forward_identity(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), out[t], check)
        ahead = min(t + 1, tiles - 1)
        backward(w[t], top[min(t, len(top) - 1)].copy(), out[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def scaled_identity(start, stop, a0, w, b, top, sign, logabs):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check, m, n = np.zeros(width), np.empty(width), np.zeros(width)
        scaled_forward_identity(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), sign[t], logabs[t], check)
        through_weight(m, n, np.ones(width), top[min(t, len(top) - 1)])
        ahead = min(t + 1, tiles - 1)
        scaled_backward(w[t], m, n, sign[t], logabs[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def plain_rows_identity(start, stop, a0, w, b, top, out):
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
            forward_identity(wt, bt, a, st, check)
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
def scaled_rows_identity(start, stop, a0, w, b, top, sign, logabs):
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
            scaled_forward_identity(wt, bt, a, st, et, check)
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


@numba.njit(**OPTIONS)
def forward_softplus(w, b, a, slope, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            r0 = 1.0 / (e + 1.0)
            a[k] = log1p(e) + (0.0 if 0.0 > z else z)
            slope[j, k] = (e*r0 if (z < 0.0) else r0)


@numba.njit(**OPTIONS)
def scaled_forward_softplus(w, b, a, mantissa, exponent, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            r0 = 1.0 / (e + 1.0)
            a[k] = log1p(e) + (0.0 if 0.0 > z else z)
            mantissa[j, k] = (p*r0 if (z < 0.0) else r0)
            exponent[j, k] = (n if (z < 0.0) else 0.0)


@numba.njit(**OPTIONS)
def plain_softplus(start, stop, a0, w, b, top, out):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check = np.zeros(width)
        forward_softplus(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), out[t], check)
        ahead = min(t + 1, tiles - 1)
        backward(w[t], top[min(t, len(top) - 1)].copy(), out[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def scaled_softplus(start, stop, a0, w, b, top, sign, logabs):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check, m, n = np.zeros(width), np.empty(width), np.zeros(width)
        scaled_forward_softplus(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), sign[t], logabs[t], check)
        through_weight(m, n, np.ones(width), top[min(t, len(top) - 1)])
        ahead = min(t + 1, tiles - 1)
        scaled_backward(w[t], m, n, sign[t], logabs[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def plain_rows_softplus(start, stop, a0, w, b, top, out):
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
            forward_softplus(wt, bt, a, st, check)
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
def scaled_rows_softplus(start, stop, a0, w, b, top, sign, logabs):
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
            scaled_forward_softplus(wt, bt, a, st, et, check)
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


@numba.njit(**OPTIONS)
def forward_relu(w, b, a, slope, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            a[k] = (0.0 if (z <= 0.0) else z)
            slope[j, k] = (0.0 if (z <= 0.0) else 1.0)


@numba.njit(**OPTIONS)
def scaled_forward_relu(w, b, a, mantissa, exponent, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            a[k] = (0.0 if (z <= 0.0) else z)
            mantissa[j, k] = (0.0 if (z <= 0.0) else 1.0)
            exponent[j, k] = 0.0


@numba.njit(**OPTIONS)
def plain_relu(start, stop, a0, w, b, top, out):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check = np.zeros(width)
        forward_relu(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), out[t], check)
        ahead = min(t + 1, tiles - 1)
        backward(w[t], top[min(t, len(top) - 1)].copy(), out[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def scaled_relu(start, stop, a0, w, b, top, sign, logabs):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check, m, n = np.zeros(width), np.empty(width), np.zeros(width)
        scaled_forward_relu(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), sign[t], logabs[t], check)
        through_weight(m, n, np.ones(width), top[min(t, len(top) - 1)])
        ahead = min(t + 1, tiles - 1)
        scaled_backward(w[t], m, n, sign[t], logabs[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def plain_rows_relu(start, stop, a0, w, b, top, out):
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
            forward_relu(wt, bt, a, st, check)
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
def scaled_rows_relu(start, stop, a0, w, b, top, sign, logabs):
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
            scaled_forward_relu(wt, bt, a, st, et, check)
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


@numba.njit(**OPTIONS)
def forward_leaky_relu(w, b, a, slope, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            a[k] = ((0.01)*z if (z <= 0.0) else z)
            slope[j, k] = (0.01 if (z <= 0.0) else 1.0)


@numba.njit(**OPTIONS)
def scaled_forward_leaky_relu(w, b, a, mantissa, exponent, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            a[k] = ((0.01)*z if (z <= 0.0) else z)
            mantissa[j, k] = (0.01 if (z <= 0.0) else 1.0)
            exponent[j, k] = 0.0


@numba.njit(**OPTIONS)
def plain_leaky_relu(start, stop, a0, w, b, top, out):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check = np.zeros(width)
        forward_leaky_relu(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), out[t], check)
        ahead = min(t + 1, tiles - 1)
        backward(w[t], top[min(t, len(top) - 1)].copy(), out[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def scaled_leaky_relu(start, stop, a0, w, b, top, sign, logabs):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check, m, n = np.zeros(width), np.empty(width), np.zeros(width)
        scaled_forward_leaky_relu(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), sign[t], logabs[t], check)
        through_weight(m, n, np.ones(width), top[min(t, len(top) - 1)])
        ahead = min(t + 1, tiles - 1)
        scaled_backward(w[t], m, n, sign[t], logabs[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def plain_rows_leaky_relu(start, stop, a0, w, b, top, out):
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
            forward_leaky_relu(wt, bt, a, st, check)
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
def scaled_rows_leaky_relu(start, stop, a0, w, b, top, sign, logabs):
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
            scaled_forward_leaky_relu(wt, bt, a, st, et, check)
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


@numba.njit(**OPTIONS)
def forward_elu(w, b, a, slope, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            a[k] = (expm1(z) if (z <= 0.0) else z)
            slope[j, k] = (e if (z < 0.0) else 1.0)


@numba.njit(**OPTIONS)
def scaled_forward_elu(w, b, a, mantissa, exponent, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            a[k] = (expm1(z) if (z <= 0.0) else z)
            mantissa[j, k] = (p if (z < 0.0) else 1.0)
            exponent[j, k] = (n if (z < 0.0) else 0.0)


@numba.njit(**OPTIONS)
def plain_elu(start, stop, a0, w, b, top, out):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check = np.zeros(width)
        forward_elu(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), out[t], check)
        ahead = min(t + 1, tiles - 1)
        backward(w[t], top[min(t, len(top) - 1)].copy(), out[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def scaled_elu(start, stop, a0, w, b, top, sign, logabs):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check, m, n = np.zeros(width), np.empty(width), np.zeros(width)
        scaled_forward_elu(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), sign[t], logabs[t], check)
        through_weight(m, n, np.ones(width), top[min(t, len(top) - 1)])
        ahead = min(t + 1, tiles - 1)
        scaled_backward(w[t], m, n, sign[t], logabs[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def plain_rows_elu(start, stop, a0, w, b, top, out):
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
            forward_elu(wt, bt, a, st, check)
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
def scaled_rows_elu(start, stop, a0, w, b, top, sign, logabs):
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
            scaled_forward_elu(wt, bt, a, st, et, check)
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


@numba.njit(**OPTIONS)
def forward_selu(w, b, a, slope, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            a[k] = (1.7580993408473769*expm1(z) if (z < 0.0) else 1.0507009873554805*z)
            slope[j, k] = (1.7580993408473769*e if (z < 0.0) else 1.0507009873554805)


@numba.njit(**OPTIONS)
def scaled_forward_selu(w, b, a, mantissa, exponent, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            a[k] = (1.7580993408473769*expm1(z) if (z < 0.0) else 1.0507009873554805*z)
            mantissa[j, k] = (1.7580993408473769*p if (z < 0.0) else 1.0507009873554805)
            exponent[j, k] = (n if (z < 0.0) else 0.0)


@numba.njit(**OPTIONS)
def plain_selu(start, stop, a0, w, b, top, out):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check = np.zeros(width)
        forward_selu(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), out[t], check)
        ahead = min(t + 1, tiles - 1)
        backward(w[t], top[min(t, len(top) - 1)].copy(), out[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def scaled_selu(start, stop, a0, w, b, top, sign, logabs):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check, m, n = np.zeros(width), np.empty(width), np.zeros(width)
        scaled_forward_selu(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), sign[t], logabs[t], check)
        through_weight(m, n, np.ones(width), top[min(t, len(top) - 1)])
        ahead = min(t + 1, tiles - 1)
        scaled_backward(w[t], m, n, sign[t], logabs[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def plain_rows_selu(start, stop, a0, w, b, top, out):
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
            forward_selu(wt, bt, a, st, check)
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
def scaled_rows_selu(start, stop, a0, w, b, top, sign, logabs):
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
            scaled_forward_selu(wt, bt, a, st, et, check)
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


@numba.njit(**OPTIONS)
def forward_silu(w, b, a, slope, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            r0 = 1.0 / (e + 1.0)
            a[k] = r0*z*(e if (z < 0.0) else 1.0)
            slope[j, k] = (e*(r0*r0)*(e - abs(z) + 1.0) if (z < 0.0) else -e*(r0*r0)*(e - abs(z) + 1.0) + 1.0)


@numba.njit(**OPTIONS)
def scaled_forward_silu(w, b, a, mantissa, exponent, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            r0 = 1.0 / (e + 1.0)
            a[k] = r0*z*(e if (z < 0.0) else 1.0)
            mantissa[j, k] = (p*(r0*r0)*(e - abs(z) + 1.0) if (z < 0.0) else -e*(r0*r0)*(e - abs(z) + 1.0) + 1.0)
            exponent[j, k] = (n if (z < 0.0) else 0.0)


@numba.njit(**OPTIONS)
def plain_silu(start, stop, a0, w, b, top, out):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check = np.zeros(width)
        forward_silu(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), out[t], check)
        ahead = min(t + 1, tiles - 1)
        backward(w[t], top[min(t, len(top) - 1)].copy(), out[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def scaled_silu(start, stop, a0, w, b, top, sign, logabs):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check, m, n = np.zeros(width), np.empty(width), np.zeros(width)
        scaled_forward_silu(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), sign[t], logabs[t], check)
        through_weight(m, n, np.ones(width), top[min(t, len(top) - 1)])
        ahead = min(t + 1, tiles - 1)
        scaled_backward(w[t], m, n, sign[t], logabs[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def plain_rows_silu(start, stop, a0, w, b, top, out):
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
            forward_silu(wt, bt, a, st, check)
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
def scaled_rows_silu(start, stop, a0, w, b, top, sign, logabs):
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
            scaled_forward_silu(wt, bt, a, st, et, check)
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


@numba.njit(**OPTIONS)
def forward_softsign(w, b, a, slope, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            r0 = 1.0 / (abs(z) + 1.0)
            a[k] = r0*z
            slope[j, k] = (r0*r0)


@numba.njit(**OPTIONS)
def scaled_forward_softsign(w, b, a, mantissa, exponent, check):
    for j in range(w.shape[0]):
        for k in range(w.shape[1]):
            z = w[j, k] * a[k] + b[j, k]
            check[k] += z * 0.0
            p, n = scaled_exp(-abs(z))
            e = p * two_to(n)
            r0 = 1.0 / (abs(z) + 1.0)
            a[k] = r0*z
            mantissa[j, k] = (r0*r0)
            exponent[j, k] = 0.0


@numba.njit(**OPTIONS)
def plain_softsign(start, stop, a0, w, b, top, out):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check = np.zeros(width)
        forward_softsign(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), out[t], check)
        ahead = min(t + 1, tiles - 1)
        backward(w[t], top[min(t, len(top) - 1)].copy(), out[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def scaled_softsign(start, stop, a0, w, b, top, sign, logabs):
    tiles, width, bad = w.shape[0], w.shape[2], 0
    for t in range(start, stop):
        check, m, n = np.zeros(width), np.empty(width), np.zeros(width)
        scaled_forward_softsign(w[t], b[t], a0[min(t, len(a0) - 1)].copy(), sign[t], logabs[t], check)
        through_weight(m, n, np.ones(width), top[min(t, len(top) - 1)])
        ahead = min(t + 1, tiles - 1)
        scaled_backward(w[t], m, n, sign[t], logabs[t], w[ahead], b[ahead])
        bad += flaws(check)
    return bad


@numba.njit(**OPTIONS)
def plain_rows_softsign(start, stop, a0, w, b, top, out):
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
            forward_softsign(wt, bt, a, st, check)
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
def scaled_rows_softsign(start, stop, a0, w, b, top, sign, logabs):
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
            scaled_forward_softsign(wt, bt, a, st, et, check)
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
