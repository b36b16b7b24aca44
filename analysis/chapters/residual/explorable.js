// log₁₀|∂a_l/∂a_0| over the layers of one random chain: plain, and with shortcuts.
function draw(v, view) {
  if (view.memory.seed !== v.seed) {
    const next = words(v.seed, 0), pair = [0, 0];
    view.memory = {seed: v.seed, drawn: Array.from({length: deepest}, () => (normals(next, pair), [...pair]))};
  }
  const pairs = view.memory.drawn.slice(0, v.depth).map(p => [v.weight * p[0], p[1]]), f = activations[v.activation];
  const plain = plainLogs(f, pairs), residual = residualLogs(f, pairs, v.scale);
  const tens = [plain, residual].map(logs => [0, ...logs].map(x => x / Math.LN10));
  const finite = tens.flat().filter(Number.isFinite), least = Math.min(-1, ...finite), most = Math.max(1, ...finite);
  const low = least - 0.06 * (most - least), high = most + 0.06 * (most - least), height = Math.min(300, 140 + view.width / 4);
  const {X, Y, svg} = axes({frame: [44, 8, view.width - 14, height - 38], x: [0, v.depth], y: [low, high],
    xTicks: ticks(0, v.depth, Math.min(10, view.width / 55)).filter(Number.isInteger), yTicks: ticks(low, high, 6), xLabel: "layer l"});
  const curve = (logs, style) => line(trace(logs.map((t, l) => [X(l), Y(t)]).filter(p => Number.isFinite(p[1]))), style);
  view.caption("log₁₀ |∂a<sub>l</sub>/∂a<sub>0</sub>|, weights N(0, scale²) and biases N(0, 1), the same for both. Full line: plain. Dashed: with shortcuts, factor 1 + s w σ′(z).");
  view.svg(height, svg + line(`M${X(0)} ${Y(0)}H${X(v.depth)}`, "stroke:var(--soft)")
    + curve(tens[0], "stroke:var(--blue);stroke-width:2.2") + curve(tens[1], "stroke:var(--red);stroke-width:2.2;stroke-dasharray:7 4"));
  const [p, q] = [plain, residual].map(logs => logs[v.depth - 1]);
  view.say(`Log-gain per layer: plain ${bold("plain", show(p / v.depth))}, residual ${bold("residual", show(q / v.depth))}. `
    + `Over ${v.depth} ${v.depth === 1 ? "layer" : "layers"} the plain chain multiplies a gradient by ${bold("plainTotal", power(p / Math.LN10))}, the residual one by ${bold("residualTotal", power(q / Math.LN10))}.`);
}

function plainLogs(f, pairs) {
  let a = firstInput, log = 0;
  return pairs.map(([w, b]) => {
    const z = weighted(w, a, b);
    a = f.value(z);
    return log = stepLog(f.logSlope(z), w, log);
  });
}

function residualLogs(f, pairs, s) {
  let a = firstInput, log = 0;
  return pairs.map(([w, b]) => {
    const z = weighted(w, a, b);
    a = blockOutput(a, f.value(z), s);
    return log += Math.log(Math.abs(blockFactor(w, f.slope(z), s)));
  });
}
