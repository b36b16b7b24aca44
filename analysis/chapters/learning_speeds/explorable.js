// One recorded run of gradient descent: a bar on each neuron at this epoch, and the speeds of the layers over all epochs.
const decoded = text => {
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0)), view = new DataView(bytes.buffer);
  return Float64Array.from({length: bytes.length / 2}, (_, i) => {
    const q = view.getInt16(2 * i, true);
    return Math.sign(q) * unpack(Math.abs(q));
  });
};
const opened = {};
function open(name) {
  const {bars, speeds, cost, right} = runs[name];
  return opened[name] = opened[name] || {bars: decoded(bars), speeds: decoded(speeds), cost: decoded(cost), right};
}
const layerHue = ["var(--red)", "var(--green)", "var(--blue)", "var(--ink)"];

function draw(v, view) {
  const run = open(v.weights), t = v.epoch, wide = view.width >= 600, layers = run.speeds.length / (epochs + 1), neurons = run.bars.length / run.speeds.length;
  const upper = 200, split = wide ? Math.round(0.44 * view.width) : view.width, top = wide ? 0 : upper + 12, height = wide ? 270 : top + 240;
  const at = (l, k) => run.bars[(t * layers + l) * neurons + k], speed = (l, s = t) => run.speeds[s * layers + l];
  let longest = 0;
  for (let l = 0; l < layers; l++) for (let k = 0; k < neurons; k++) longest = Math.max(longest, Math.abs(at(l, k)));
  // linear: the longest bar fills its column; logarithmic: from 10⁻⁶ to 1
  const share = g => v.bars === "linear" ? Math.abs(g) / longest : Math.max(0, 1 + Math.log10(Math.abs(g)) / 6);
  const column = (split - 8) / layers, room = column - 30, step = (upper - 34) / neurons;
  let picture = "";
  for (let l = 0; l < layers; l++) {
    const x = column * l + 8;
    picture += label(x, 14, `layer ${l + 1}`, "font-weight:600");
    for (let k = 0; k < neurons; k++) {
      const y = 22 + step * (k + 0.5), g = at(l, k), length = room * share(g);
      picture += `<circle cx="${(x + 6).toFixed(1)}" cy="${y.toFixed(1)}" r="6" style="fill:none;stroke:var(--soft)"/>`
        + (g ? `<rect x="${(x + 14).toFixed(1)}" y="${(y - 6).toFixed(1)}" width="${length.toFixed(2)}" height="12" style="fill:${layerHue[l]};stroke:${layerHue[l]};fill-opacity:${g > 0 ? 1 : 0.3}"/>` : "");
    }
  }
  picture += label(8, upper + 2, v.bars === "linear" ? `longest bar: ${show(longest, 3)}` : "bars from 10⁻⁶ to 1", "fill:var(--soft)");
  const [low, high] = decades, {X, Y, svg} = axes({frame: [(wide ? split : 0) + 44, top + 14, view.width - 56, height - 38], x: [0, epochs], y: [low, high],
    xTicks: ticks(0, epochs, view.width < 480 ? 3 : 5), yTicks: ticks(low, high, high - low), xLabel: "epoch", yText: t => "10" + raised(t)});
  let curves = line(`M${X(t).toFixed(1)} ${Y(low)}V${Y(high)}`, "stroke:var(--soft);stroke-width:1.5");
  const ends = [];
  for (let l = 0; l < layers; l++) {
    const points = Array.from({length: epochs + 1}, (_, s) => [X(s), Y(Math.log10(speed(l, s)))]);
    curves += line(trace(points), `stroke:${layerHue[l]};stroke-width:2;stroke-dasharray:${["", "7 3", "3 2", "1 0"][l]}`)
      + `<circle cx="${points[t][0].toFixed(1)}" cy="${points[t][1].toFixed(1)}" r="4" style="fill:${layerHue[l]}"/>`;
    ends.push({l, y: points[epochs][1] + 4});
  }
  ends.sort((p, q) => p.y - q.y).forEach((end, i) => {
    if (i) end.y = Math.max(end.y, ends[i - 1].y + 13);
    curves += label(X(epochs) + 4, end.y, `layer ${end.l + 1}`, `fill:${layerHue[end.l]}`);
  });
  view.caption(`Bars: ∂C/∂b of the first ${neurons} neurons of each hidden layer (pale: negative). Curves: ‖∂C/∂b‖ of each layer.`);
  view.svg(height, picture + svg + curves);
  const all = Array.from({length: layers}, (_, l) => bold("speed" + (l + 1), show(speed(l), 3))).join(", "), ratio = speed(layers - 1) / speed(0);
  view.say(`Epoch ${bold("epoch", t)}: the layers learn at speeds ${all}; layer ${layers} learns ${bold("ratio", show(ratio, 3))} times as fast as layer 1. `
    + `Cost ${bold("cost", show(run.cost[t], 3))}; ${bold("right", run.right[t])} of ${images} training images right.`);
}
