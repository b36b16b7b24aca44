// One network against the recursions of infinite width. The normal numbers are kept, so that a new scale draws none.
function draw(v, view) {
  const key = [v.width, v.seed].join();
  if (view.memory.key !== key) view.memory = {key, ...numbers(v.width, v.seed)};
  const f = activations[v.activation], theory = recursions(f, v.scale), found = network(f, v, view.memory);
  const logs = [theory.forward, theory.backward, found.forward, found.backward].map(x => Array.from(x, y => Math.log10(y)));
  const seen = logs.flat().filter(Number.isFinite), low = Math.max(-40, Math.floor(Math.min(...seen, -1))), high = Math.min(40, Math.ceil(Math.max(...seen, 1)));
  const height = Math.min(330, 190 + view.width / 5);
  const {X, Y, svg} = axes({frame: [44, 12, view.width - 14, height - 38], x: [0.5, depth + 0.5], y: [low, high],
    xTicks: ticks(1, depth, 5), yTicks: ticks(low, high, 6).filter(Number.isInteger), xLabel: "layer l", yText: t => "10" + raised(t)});
  const inside = y => y >= low && y <= high, hues = ["blue", "red"];
  let picture = "";
  for (const k of [0, 1]) {
    const points = logs[k].map((y, l) => [l + 1, y]).filter(p => inside(p[1])).map(p => [X(p[0]), Y(p[1])]);
    if (points.length) picture += line(trace(points), `stroke:var(--${hues[k]});stroke-width:2`);
    logs[k + 2].forEach((y, l) => {
      if (!inside(y)) return;
      const x = X(l + 1), at = Y(y);
      picture += k ? `<rect x="${(x - 3.5).toFixed(1)}" y="${(at - 3.5).toFixed(1)}" width="7" height="7" style="fill:var(--red)"/>`
        : `<circle cx="${x.toFixed(1)}" cy="${at.toFixed(1)}" r="4" style="fill:var(--blue)"/>`;
    });
  }
  view.caption("Blue, dots: mean of z² over the neurons of a layer, on the way forward. Red, squares: mean of δ² on the way back, in units of the last layer's. Lines: infinite width. Var w = σ<sub>w</sub>²/n, no biases.");
  view.svg(height, svg + line(`M${X(0.5)} ${Y(0)}H${X(depth + 0.5)}`, "stroke:var(--ink);stroke-dasharray:4 3") + picture);
  const last = depth - 1, size = x => power(Math.log10(x), 1, 4);
  view.say(`Mean of z² in layer ${depth}: ${bold("forward", size(found.forward[last]))} (infinite width: ${bold("forward-theory", size(theory.forward[last]))}). `
    + `Mean of δ² in layer 1: ${bold("backward", size(found.backward[0]))} (infinite width: ${bold("backward-theory", size(theory.backward[0]))}).`
    + (logs.flat().every(inside) ? "" : ` What lies beyond 10${raised(low)} and 10${raised(high)} is not drawn.`));
}

// Means over a standard normal x by the midpoint rule; no node lies on a kink at 0.
function recursions(f, scale) {
  const step = 2 * reach / nodes, x = Float64Array.from({length: nodes}, (_, k) => -reach + (k + 0.5) * step);
  const p = x.map(t => Math.exp(-t * t / 2) * step / Math.sqrt(2 * Math.PI));
  const mean = (g, root) => p.reduce((sum, weight, k) => sum + weight * g(root * x[k]) ** 2, 0);
  const forward = new Float64Array(depth), backward = new Float64Array(depth).fill(1);
  forward[0] = nextQ(1, scale);
  for (let l = 1; l < depth; l++) forward[l] = nextQ(mean(f.value, Math.sqrt(forward[l - 1])), scale);
  for (let l = depth - 1; l > 0; l--) backward[l - 1] = backward[l] * chi(mean(f.slope, Math.sqrt(forward[l - 1])), scale);
  return {forward, backward};
}

// A stream for each neuron: its weights in order; then one more for each input and the error put in above it.
function numbers(n, seed) {
  const weights = new Float64Array(depth * n * n), input = new Float64Array(n), error = new Float64Array(n), pair = [0, 0];
  for (let row = 0; row < depth * n; row++) {
    const next = words(seed, row);
    for (let j = 0; j < n; j += 2) {
      normals(next, pair);
      weights[row * n + j] = pair[0];
      if (j + 1 < n) weights[row * n + j + 1] = pair[1];
    }
  }
  for (let i = 0; i < n; i++) {
    normals(words(seed, depth * n + i), pair);
    input[i] = pair[0];
    error[i] = pair[1];
  }
  return {weights, input, error};
}

function network(f, v, {weights, input, error}) {
  const n = v.width, unit = v.scale / Math.sqrt(n), square = x => x.reduce((sum, y) => sum + y * y, 0) / n;
  const forward = new Float64Array(depth), backward = new Float64Array(depth).fill(1), slopes = [];
  let a = input;
  for (let l = 0; l < depth; l++) {
    const z = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0, at = (l * n + i) * n; j < n; j++) sum += weights[at + j] * a[j];
      z[i] = unit * sum;
    }
    forward[l] = square(z);
    slopes.push(z.map(f.slope));
    a = z.map(f.value);
  }
  let delta = error;
  for (let l = depth - 1; l > 0; l--) {
    const back = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let j = 0, at = (l * n + i) * n; j < n; j++) back[j] += weights[at + j] * delta[i];
    delta = back.map((x, j) => unit * x * slopes[l - 1][j]);
    backward[l - 1] = square(delta) / square(error);
  }
  return {forward, backward};
}
