// Eight inputs into z = v σ(w₁ x), one of them dragged far out: the gradient of w₁ over its position, for three losses.
function draw(v, view) {
  const f = activations[v.activation], names = Object.keys(losses), colours = ["blue", "red", "green"], dashes = ["", "7 4", "9 3 2 3"];
  const batch = t => [...others.map(x => [x, x > 0 ? 1 : 0]), [t, Number(v.target)]];
  const all = (loss, t) => batch(t).map(([x, y]) => {
    const z = out * f.value(into * x), g = loss.slope(z, y);
    return [loss.loss(z, y), Math.abs(g), g * out * f.slope(into * x) * x];
  });
  const mean = (rows, k) => rows.reduce((s, row) => s + row[k], 0) / rows.length;
  const first = (loss, t) => Math.log10(Math.max(1e-30, Math.abs(mean(all(loss, t), 2))));
  const [low, high] = reach.map(Math.log10), bottom = -3, top = 7, count = 200, height = Math.min(300, 140 + view.width / 4);
  const {X, Y, svg} = axes({frame: [44, 8, view.width - 14, height - 38], x: [low, high], y: [bottom, top],
    xTicks: ticks(low, high, 5).filter(Number.isInteger), yTicks: [-2, 0, 2, 4, 6], xLabel: "input t of the outlier", xText: t => "10" + raised(t), yText: t => "10" + raised(t)});
  const inside = s => Math.max(bottom, Math.min(top, s)), here = Math.log10(v.t);
  let picture = line(`M${X(here)} ${Y(bottom)}V${Y(top)}`, "stroke:var(--soft);stroke-dasharray:2 4"), rows = [], last = Infinity;
  const ends = names.map((n, k) => [Y(inside(first(losses[n], reach[1]))) - 6, n, k]).sort((p, q) => q[0] - p[0]);
  names.forEach((n, k) => {
    const curve = Array.from({length: count + 1}, (_, i) => low + (high - low) * i / count).map(s => [X(s), Y(inside(first(losses[n], 10 ** s)))]);
    const found = all(losses[n], v.t);
    picture += line(trace(curve), `stroke:var(--${colours[k]});stroke-width:2.2;stroke-dasharray:${dashes[k]}`)
      + `<circle cx="${X(here)}" cy="${Y(inside(first(losses[n], v.t)))}" r="5" style="fill:var(--${colours[k]});stroke:var(--card);stroke-width:2"/>`;
    rows.push(`${losses[n].name}: loss ${bold("loss-" + n, show(mean(found, 0)))}, |∂C/∂z| ${bold("logit-" + n, show(found[found.length - 1][1]))}, |∂C/∂w<sub>1</sub>| ${bold("first-" + n, show(Math.abs(mean(found, 2))))}`);
  });
  for (const [y, n, k] of ends) {
    last = Math.min(y, last - 17);
    picture += label(X(high) - 4, last, losses[n].name, `fill:var(--${colours[k]})`, "end");
  }
  view.caption("|∂C/∂w<sub>1</sub>| of a batch of eight inputs, z = 2σ(x), against the one input that is dragged. Below: the loss and ∂C/∂w<sub>1</sub> of the batch, ∂C/∂z of the outlier.");
  view.svg(height, svg + picture);
  view.say(rows.join("<br>"));
}
