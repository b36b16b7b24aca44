// Upper line: the batch. Lower line: the batch normalised. Bars: the gradient of the first normalised value.
function draw(v, view) {
  const xs = [v.point, ...others].map(x => v.scale * x + v.shift), m = xs.length;
  const average = f => xs.reduce((s, _, k) => s + f(k), 0) / m;
  const mean = average(k => xs[k]), variance = average(k => (xs[k] - mean) ** 2);
  const hats = xs.map(x => normalise(x, mean, variance, v.eps));
  const g = k => k ? 0 : 1, along = average(k => g(k) * hats[k]), meanG = average(g);
  const slopes = xs.map((_, k) => back(g(k), hats[k], meanG, along, variance, v.eps));
  const size = Math.hypot(...slopes);

  const wide = view.width >= 600, split = wide ? Math.round(0.6 * view.width) : view.width, low = 150;
  const top = wide ? 0 : 216, height = top + (wide ? 230 : 210);
  const place = reach => t => 14 + (t + reach) / (2 * reach) * (split - 28), hue = k => k ? "var(--blue)" : "var(--red)";
  const X = place(22), N = place(3);
  const scaleLine = (y, text, at, marks) => line(`M14 ${y}H${split - 14}`, "stroke:var(--line);stroke-width:1.5")
    + marks.map(t => label(at(t), y + 19, show(t), "fill:var(--soft)", "middle")).join("") + label(14, y - 14, text);
  let picture = scaleLine(36, "the batch, αxₖ + c", X, [-20, -10, 0, 10, 20]) + scaleLine(low, "normalised", N, [-2, -1, 0, 1, 2]);
  const order = [...xs.keys()].reverse(); // the first point lies on top
  for (const k of order) picture += line(`M${X(xs[k]).toFixed(1)} 36L${N(hats[k]).toFixed(1)} ${low}`, `stroke:${hue(k)};stroke-opacity:${k ? 0.35 : 0.9}`);
  for (const k of order) picture += [[X(xs[k]), 36], [N(hats[k]), low]].map(([t, y]) => `<circle cx="${t.toFixed(1)}" cy="${y}" r="5" style="fill:${hue(k)};fill-opacity:.85"/>`).join("");

  const reach = Math.max(...slopes.map(Math.abs)) || 1, left = (wide ? split : 0) + 56;
  const {X: C, Y, svg} = axes({frame: [left, top + 26, view.width - 10, height - 38], x: [0.4, m + 0.6], y: [-1.15 * reach, 1.15 * reach],
    xTicks: xs.map((_, k) => k + 1), yTicks: ticks(-reach, reach, 6), xLabel: "point k", yText: t => show(t, 2)});
  picture += svg + label(left, top + 14, "∂x̂₁/∂xₖ");
  slopes.forEach((s, k) => {
    picture += `<rect x="${(C(k + 1) - 9).toFixed(1)}" y="${Math.min(Y(0), Y(s)).toFixed(1)}" width="18" height="${Math.abs(Y(s) - Y(0)).toFixed(1)}" style="fill:${hue(k)}"/>`;
  });
  view.caption("Red: the first point. Bars: the gradient of its normalised value with respect to every point of the batch.");
  view.svg(height, picture);
  view.say(`Mean ${bold("mean", show(mean))}, spread √v = ${bold("spread", show(Math.sqrt(variance)))}. Normalised, the first point is ${bold("hat", show(hats[0]))}. `
    + `The gradient's norm is ${bold("size", show(size))}; times α it is ${bold("times", show(v.scale * size))}.`);
}
