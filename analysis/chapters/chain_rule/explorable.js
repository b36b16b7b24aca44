// One bar for each layer: log₁₀|∂C/∂b_l|, the longer the faster the layer learns.
function draw(v, view) {
  const f = activations[v.activation], depth = v.depth;
  const [w, b] = weightsAndBiases(v, view), {z, logs, signs} = gradients(f, w, b, firstInput);
  const tens = logs.map(x => x / Math.LN10), finite = tens.filter(x => x > -Infinity);
  const least = Math.min(0, ...finite), most = Math.max(0, ...finite), room = Math.max(1, most - least);
  const low = least - 0.08 * room, high = most + 0.04 * room, height = Math.min(300, 140 + view.width / 4);
  const numbers = ticks(1, Math.max(2, depth), Math.min(10, view.width / 45)).filter(t => t <= depth && Number.isInteger(t));
  const {X, Y, svg} = axes({frame: [44, 8, view.width - 14, height - 38], x: [0.4, depth + 0.6], y: [low, high],
    xTicks: [...new Set([1, ...numbers.filter(t => t > 1)])], yTicks: ticks(low, high, 6), xLabel: "layer l, from the input to the output"});
  const half = 0.5 * (X(2) - X(1)) * (depth > 60 ? 1 : 0.84), bars = ["", ""];
  for (let l = 0; l < depth; l++) {
    if (signs[l]) bars[signs[l] > 0 ? 0 : 1] += `M${(X(l + 1) - half).toFixed(2)} ${Y(low).toFixed(1)}V${Y(tens[l]).toFixed(1)}h${(2 * half).toFixed(2)}V${Y(low).toFixed(1)}Z`;
  }
  const zeros = depth - finite.length;
  const end = least < -323.3 ? line(`M${X(0.4)} ${Y(-323.3)}H${X(depth + 0.6)}`, "stroke:var(--red);stroke-dasharray:4 3") + label(X(0.4) + 4, Y(-323.3) - 4, "float64 ends here", "fill:var(--red)") : "";
  view.caption(`log₁₀ |∂C/∂b<sub>l</sub>| for w ~ N(0, s²), b ~ N(0, t²), ∂C/∂a<sub>L</sub> = 1. Full bars: positive; pale bars: negative${zeros ? "; no bar: exactly 0" : ""}.`);
  view.svg(height, svg + line(`M${X(0.4)} ${Y(0)}H${X(depth + 0.6)}`, "stroke:var(--soft)")
    + `<path d="${bars[0]}" style="fill:var(--blue)"/><path d="${bars[1]}" style="fill:var(--pale);stroke:var(--blue);stroke-width:${depth > 60 ? 0 : 1}"/>` + end);
  const ratio = logs[depth - 1] - logs[0], last = depth - 1;
  let gain = 0;
  for (let j = 1; j < depth; j++) gain += stepLog(f.logSlope(z[j]), w[j], 0) / last;
  view.say(`∂C/∂b<sub>1</sub> = ${bold("first", power(tens[0], signs[0]))}`
    + (depth > 1 ? `, ∂C/∂b<sub>${depth}</sub> = ${bold("last", power(tens[last], signs[last]))}. ` : ". ")
    + (depth > 1 && Number.isFinite(ratio) ? `The first layer learns ${power(Math.abs(ratio) / Math.LN10)} times ${ratio < 0 ? "faster" : "slower"} than the last. ` : "")
    + (depth > 1 ? `The mean of log |w σ′(z)| over its layers is ${bold("gain", show(gain))}.` : "")
    + (zeros ? ` In ${zeros} of ${depth} layers the gradient is exactly 0.` : ""));
}

// The same normal numbers at every scale and depth, so that dragging a slider does not draw another network.
function weightsAndBiases(v, view) {
  if (view.memory.seed !== v.seed) {
    const next = words(v.seed, 0), pair = [0, 0];
    view.memory = {seed: v.seed, drawn: Array.from({length: deepest}, () => (normals(next, pair), [...pair]))};
  }
  const drawn = view.memory.drawn.slice(0, v.depth);
  return [drawn.map(p => v.weight * p[0]), drawn.map(p => v.bias * p[1])];
}
