// Forward with z, back with log|∂C/∂b_l| and its sign; ∂C/∂a_L = 1 stands behind the last layer.
function gradients(f, w, b, a) {
  const depth = w.length, z = new Float64Array(depth), logs = new Float64Array(depth), signs = new Float64Array(depth);
  for (let j = 0; j < depth; j++) {
    z[j] = weighted(w[j], a, b[j]);
    a = f.value(z[j]);
  }
  for (let l = depth - 1, nextW = 1, log = 0, sign = 1; l >= 0; nextW = w[l--]) {
    log = logs[l] = stepLog(f.logSlope(z[l]), nextW, log);
    sign = signs[l] = log === -Infinity ? 0 : stepSign(f.slopeSign(z[l]), nextW, sign);
  }
  return {z, logs, signs};
}
