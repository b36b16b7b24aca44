// One random network; per layer M Q = Q′R by modified Gram–Schmidt, and the logs of R's diagonal add up.
function draw(v, view) {
  const logs = logDiagonals(v), depth = logs.length - 1, last = logs[depth], n = v.width, ten = Math.LN10;
  const all = logs.flat().filter(Number.isFinite).map(x => x / ten);
  const low = Math.min(-1, ...all), high = Math.max(1, ...all), height = Math.min(320, 150 + view.width / 4);
  const {X, Y, svg} = axes({frame: [50, 12, view.width - 14, height - 38], x: [0, depth], y: [low, high],
    xTicks: ticks(0, depth, view.width < 480 ? 4 : 8).filter(Number.isInteger), yTicks: ticks(low, high, 5), xLabel: "layer"});
  let lines = "";
  for (let i = n - 1; i >= 0; i--) {
    const points = logs.map((row, l) => [X(l), row[i]]).filter(p => Number.isFinite(p[1])).map(p => [p[0], Y(p[1] / ten)]);
    lines += line(trace(points), `stroke:var(--${i ? "blue" : "red"});stroke-width:${i ? 1.2 : 2.4}`);
  }
  const slope = activations[v.activation].bound, expected = closed[n][0] + Math.log(v.scale) + Math.log(slope);
  const spread = (last[0] - last[n - 1]) / ten;
  view.caption("Lines: log₁₀ of the product of |R<sub>ii</sub>| over the layers, i = 1 (thick, red) to n; w<sub>jk</sub> ~ N(0, s²), b = 0. They follow the singular values of the Jacobian.");
  view.svg(height, svg + line(`M${X(0)} ${Y(0).toFixed(1)}H${X(depth)}`, "stroke:var(--ink);stroke-dasharray:4 3") + lines);
  view.say(`Largest exponent of this network: ${bold("top", show(last[0] / depth))} per layer. Mean for a network whose slopes all have the largest value ${show(slope)}: λ₁ = ${bold("expected", show(expected))}. `
    + `First to last line: ${bold("spread", show(spread, 4))} powers of ten.`);
}

function logDiagonals(v) {
  const n = v.width, f = activations[v.activation], next = words(v.seed, n), pair = [0, 0], logs = [new Array(n).fill(0)];
  const w = new Float64Array(n * n + 1), z = new Float64Array(n), a = new Float64Array(n).fill(firstInput);
  let q = new Float64Array(n * n), p = new Float64Array(n * n); // column i from i n on
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let l = 0; l < v.depth; l++) {
    for (let k = 0; k < n * n; k += 2) {
      normals(next, pair);
      w[k] = v.scale * pair[0];
      w[k + 1] = v.scale * pair[1];
    }
    for (let j = 0; j < n; j++) {
      z[j] = 0;
      for (let k = 0; k < n; k++) z[j] += w[j * n + k] * a[k];
    }
    for (let j = 0; j < n; j++) {
      const slope = f.slope(z[j]);
      a[j] = f.value(z[j]);
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += w[j * n + k] * q[i * n + k];
        p[i * n + j] = slope * sum;
      }
    }
    [q, p] = [p, q];
    const row = logs[l].slice();
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < 2 * i; k++) { // twice over the columns before
        const c = k % i * n;
        let along = 0;
        for (let j = 0; j < n; j++) along += q[i * n + j] * q[c + j];
        for (let j = 0; j < n; j++) q[i * n + j] -= along * q[c + j];
      }
      let size = 0;
      for (let j = 0; j < n; j++) size += q[i * n + j] ** 2;
      size = Math.sqrt(size);
      for (let j = 0; j < n; j++) q[i * n + j] = size ? q[i * n + j] / size : 0;
      row[i] += Math.log(size);
    }
    logs.push(row);
  }
  return logs;
}
