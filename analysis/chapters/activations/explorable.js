// Where a formula changes and a slope may jump: at 0 and at the kinks.
const turns = name => [...new Set([0, ...kinks[name]])].sort((p, q) => p - q);
// Means over z ~ N(mean, std²): three Gauss points a panel, and a panel always ends where a slope may jump.
function means(f, cuts, mean, std) {
  const low = mean - reach * std, high = mean + reach * std;
  const ends = [low, ...cuts.filter(x => x > low && x < high), high];
  const sums = {mean: 0, second: 0, slope: 0, dead: 0};
  for (let k = 1; k < ends.length; k++) {
    const [from, to] = [ends[k - 1], ends[k]];
    const half = (to - from) / 400;
    for (let i = 0; half > 0 && i < 200; i++) for (const [t, weight] of [[-Math.sqrt(0.6), 5], [0, 8], [Math.sqrt(0.6), 5]]) {
      const x = from + half * (2 * i + 1 + t), u = (x - mean) / std;
      const p = half * weight / 9 * Math.exp(-u * u / 2) / (std * Math.sqrt(2 * Math.PI)), value = f.value(x), slope = f.slope(x);
      sums.mean += p * value;
      sums.second += p * value * value;
      sums.slope += p * slope * slope;
      if (slope === 0) sums.dead += p;
    }
  }
  return {...sums, mean: Math.abs(sums.mean) < 1e-9 ? 0 : sums.mean, saturated: share(x => Math.abs(f.slope(x)) < saturated, cuts, mean, std)};
}
// The probability of a set of z, its edges found by bisection between the points of a grid (the cuts among them).
function share(inside, cuts, mean, std) {
  const law = x => ndtr((x - mean) / std), grid = Array.from({length: 401}, (_, i) => mean + reach * std * (i - 200) / 200);
  const points = [...grid, ...cuts.flatMap(x => [x, x + (Math.abs(x) * 1e-15 || 1e-300)])].sort((p, q) => p - q);
  let total = 0;
  for (let i = 1; i < points.length; i++) {
    let [p, q] = [points[i - 1], points[i]];
    const first = inside(p), last = inside(q);
    if (first && last) total += law(q) - law(p);
    if (first === last) continue;
    const [from, to] = [p, q];
    for (let k = 0; k < 40; k++) inside((p + q) / 2) === first ? p = (p + q) / 2 : q = (p + q) / 2;
    total += first ? law(p) - law(from) : law(to) - law(p);
  }
  return total;
}
function plate(f, name, v, frame) {
  const ends = [-span, ...turns(name).filter(x => Math.abs(x) < span), span];
  const {X, Y, svg} = axes({frame, x: [-span, span], y: [-2, 4.4], xTicks: [-4, -2, 0, 2, 4], yTicks: [-2, 0, 2, 4], xLabel: "weighted input z"});
  const grid = Array.from({length: 201}, (_, i) => span * (i - 100) / 100);
  const curve = (g, points) => trace(points.filter(x => g(x) >= -2).map(x => [X(x), Y(g(x))]));
  const bell = grid.map(x => [X(x), Y(-2 + 1.2 * Math.exp(-(((x - v.mean) / v.std) ** 2) / 2))]);
  const parts = ends.slice(1).map((to, k) => [ends[k] + 1e-9, ...grid.filter(x => x > ends[k] && x < to), to - 1e-9]);
  return svg + `<path d="${trace(bell)}L${X(span)} ${Y(-2)}L${X(-span)} ${Y(-2)}Z" style="fill:var(--shade)"/>`
    + parts.map(points => line(curve(f.slope, points), "stroke:var(--red);stroke-width:2;stroke-dasharray:6 4")).join("")
    + line(curve(f.value, grid), "stroke:var(--blue);stroke-width:2.2") + label(frame[0] + 6, frame[1] + 14, name, "font-weight:600");
}
function draw(v, view) {
  const wide = view.width >= 520, pair = [v.left, v.right], height = wide ? 250 : 400, room = wide ? view.width / 2 : view.width;
  view.caption(`Full: σ(z). Dashed: σ′(z). Shaded: the law of the weighted input, z ~ N(μ, s²).`);
  view.svg(height, pair.map((name, k) => {
    const x = wide ? k * room : 0, y = wide ? 0 : k * 200;
    return plate(activations[name], name, v, [x + 34, y + 10, x + room - 12, y + (wide ? 250 : 200) - 38]);
  }).join(""));
  view.say(pair.map((name, k) => {
    const m = means(activations[name], turns(name), v.mean, v.std), side = k ? "Right" : "Left", percent = (key, x) => `${bold(key + side, String(Math.round(100 * x)))} %`;
    return `<b>${name}</b>: E σ = ${bold("mean" + side, show(m.mean))}, E σ² = ${bold("second" + side, show(m.second))}, E σ′² = ${bold("slope" + side, show(m.slope))}, `
      + `off ${percent("dead", m.dead)}, saturated (|σ′| < ${saturated}) ${percent("saturated", m.saturated)}`;
  }).join("<br>"));
}
