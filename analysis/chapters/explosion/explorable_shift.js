// The network with every z_j = 0, its input moved by Δ. a_0 drops out: the network is written for a_0 = 0, so its input is Δ.
function draw(v, view) {
  const at = shift => gradients(activations.sigmoid, weights, biases, shift);
  const {z, logs} = at(v.shift), depth = weights.length;
  const factors = Array.from(z, (x, j) => Math.exp(stepLog(activations.sigmoid.logSlope(x), j ? weights[j] : 1, 0)));
  const full = Math.max(...weights.map(w => Math.abs(w) * activations.sigmoid.bound)), above = 120;
  const column = view.width / depth;
  let picture = "";
  for (let j = 0; j < depth; j++) {
    const x = column * (j + 0.5), size = 56 * Math.min(1, factors[j] / full);
    picture += (j ? line(`M${x - column + 15} 92H${x - 15}`, "stroke:var(--soft)") : "")
      + `<circle cx="${x}" cy="92" r="15" style="fill:none;stroke:var(--ink)"/>` + label(x, 96, `a${"₁₂₃₄₅₆₇₈₉"[j]}`, "", "middle")
      + `<rect x="${x - 10}" y="${74 - size}" width="20" height="${size}" style="fill:var(--${j ? "blue" : "soft"})"/>`
      + label(x, 68 - size, show(factors[j], 3), "font-weight:600", "middle") + label(x, above, (view.width < 480 ? "" : "z = ") + show(z[j], view.width < 480 ? 2 : 3), "fill:var(--soft)", "middle");
  }
  const height = above + Math.min(230, 150 + view.width / 8);
  const [low, high] = shifts.map(Math.log10), count = 240;
  const curve = Array.from({length: count + 1}, (_, i) => low + (high - low) * i / count).map(t => [t, at(10 ** t).logs[0] / Math.LN10]);
  const floor = Math.floor(Math.min(...curve.map(p => p[1])) / 10) * 10;
  const {X, Y, svg} = axes({frame: [44, above + 18, view.width - 16, height - 38], x: [low, high], y: [floor, 8],
    xTicks: ticks(low, high, view.width < 480 ? 4 : 8), yTicks: ticks(floor, 8, 5), xLabel: "Δ, by which the input is off", xText: t => "10" + raised(t), yText: t => "10" + raised(t)});
  view.caption(`Above: the slope σ′(z<sub>1</sub>) and the factors w<sub>j</sub>σ′(z<sub>j</sub>) of layers 2, 3, 4, with z under each neuron. Below: their product, ∂a<sub>4</sub>/∂b<sub>1</sub>.`);
  view.svg(height, picture + svg + line(`M${X(low)} ${Y(0)}H${X(high)}`, "stroke:var(--red);stroke-width:1.5")
    + line(`M${X(Math.log10(crossing))} ${Y(8)}V${Y(floor)}`, "stroke:var(--red);stroke-dasharray:4 3")
    + label(X(Math.log10(crossing)) - 5, Y(floor) - 8, `1 at Δ = ${show(crossing)}`, "fill:var(--red)", "end")
    + line(trace(curve.map(p => [X(p[0]), Y(p[1])])), "stroke:var(--blue);stroke-width:2.2")
    + `<circle cx="${X(Math.log10(v.shift))}" cy="${Y(logs[0] / Math.LN10)}" r="6" style="fill:var(--blue);stroke:var(--card);stroke-width:2"/>`);
  view.say(`Δ = ${show(v.shift, 3)}: ${bold("slope", show(factors[0], 4))} · ` + factors.slice(1).map((x, j) => bold("factor" + (j + 2), show(x, 4))).join(" · ")
    + ` = ${bold("product", power(logs[0] / Math.LN10, 1, 6))}. ${logs[0] > 0 ? "The gradient explodes." : "Nothing explodes any more: the product is below 1."}`);
}
