// Chains drawn a few at a time, so that no frame waits; chain i has a stream of its own, so the end is always the same.
function draw(v, view) {
  const key = [v.activation, v.weight, v.depth, v.seed].join(), calm = matchMedia("(prefers-reduced-motion:reduce)").matches;
  if (view.memory.key !== key) view.memory = {key, logs: []};
  const {logs} = view.memory, until = performance.now() + 7;
  while (logs.length < chains && (logs.length % 16 || performance.now() < until)) logs.push(logProduct(v, logs.length));
  if (logs.length < chains) {
    view.again();
    if (calm) return view.say(`Drawing ${chains} chains …`);
  }
  const [lam, spread] = exponents[v.activation][weightScales.indexOf(v.weight)], unit = spread * Math.sqrt(v.depth);
  const bins = new Array(40).fill(0), bin = x => Math.floor((x + 5) * 4);
  let outside = 0, grown = 0, sum = 0, squares = 0;
  for (const s of logs) {
    const x = (s - v.depth * lam) / unit;
    if (x >= -5 && x < 5) bins[bin(x)]++;
    else outside++;
    grown += s > 0;
    sum += s;
  }
  const mean = sum / logs.length;
  for (const s of logs) squares += (s - mean) ** 2;
  const density = bins.map(n => 4 * n / logs.length), top = 1.12 * Math.max(0.42, ...density), height = Math.min(300, 130 + view.width / 4);
  const {X, Y, svg} = axes({frame: [38, 20, view.width - 14, height - 38], x: [-5, 5], y: [0, top],
    xTicks: ticks(-5, 5, view.width < 480 ? 5 : 10), yTicks: ticks(0, top, 4), xLabel: "(S − Lλ) / (ς√L)"});
  const bars = density.map((d, i) => d ? `M${X(i / 4 - 5).toFixed(1)} ${Y(0)}V${Y(d).toFixed(1)}H${X((i + 1) / 4 - 5).toFixed(1)}V${Y(0)}Z` : "").join("");
  const curve = Array.from({length: 121}, (_, i) => i / 12 - 5).map(x => [X(x), Y(gaussian(x))]);
  const still = -v.depth * lam / unit, seen = Math.abs(still) < 5;
  view.caption(`Histogram: S, the sum of log |w σ′(z)| over L layers, in ${logs.length} random chains, w ~ N(0, s²), b ~ N(0, 1). Curve: the Gaussian of the central limit theorem.`);
  view.svg(height, svg + `<path d="${bars}" style="fill:var(--pale)"/>` + line(trace(curve), "stroke:var(--red);stroke-width:2.2")
    + line(`M${X(0)} ${Y(0)}V14`, "stroke:var(--ink);stroke-dasharray:4 3") + label(X(0) + 5, 12, `S/L = λ = ${show(lam)}`)
    + (seen ? line(`M${X(still)} ${Y(0)}V30`, "stroke:var(--green);stroke-width:2") : "")
    + label(seen ? X(still) + (still > 0 ? -5 : 5) : X(5) - 2, seen ? 42 : 30, seen ? "S = 0" : `S = 0 at ${show(still, 3)} ${still > 0 ? "→" : "←"}`, "fill:var(--green)", seen && still < 0 ? "start" : "end"));
  view.say(`Mean of S/L: ${bold("mean", show(mean / v.depth))} (theory: λ = ${bold("lambda", show(lam))}). Standard deviation of S/√L: ${bold("spread", show(Math.sqrt(squares / (logs.length - 1) / v.depth)))} (theory: ς = ${bold("sigma", show(spread))}). `
    + `The product grew in ${bold("grown", grown)} of ${bold("chains", logs.length)} chains.` + (outside ? ` ${outside} lie outside the picture.` : ""));
}

function logProduct(v, i) {
  const f = activations[v.activation], next = words(v.seed, i), pair = [0, 0];
  let a = firstInput, total = 0;
  for (let j = -burnIn; j < v.depth; j++) {
    normals(next, pair);
    const w = v.weight * pair[0], z = weighted(w, a, pair[1]);
    a = f.value(z);
    if (j >= 0) total += stepLog(f.logSlope(z), w, 0);
  }
  return total;
}
