// log10 of the root mean squares of signal and gradient in every layer, with the ends of the number formats as lines.
function draw(v, view) {
  const {forward, backward} = logSizes(activations[v.activation], v.scale, v.depth, v.output);
  const seen = [...forward, ...backward];
  const low = Math.max(least, Math.floor(Math.min(...seen, -9))), high = Math.min(most, Math.ceil(Math.max(...seen, 6)));
  const height = Math.min(360, 250 + view.width / 8);
  const {X, Y, svg} = axes({frame: [44, 12, view.width - 14, height - 38], x: [1, v.depth], y: [low, high],
    xTicks: ticks(1, v.depth, Math.min(8, view.width / 60)).filter(Number.isInteger), yTicks: ticks(low, high, 6).filter(Number.isInteger), xLabel: "layer l", yText: t => "10" + raised(t)});
  const curve = (logs, style) => {
    const points = logs.map((t, l) => [l + 1, t]).filter(p => p[1] >= low && p[1] <= high).map(p => [X(p[0]), Y(p[1])]);
    return points.length ? line(trace(points), style) : "";
  };
  const end = ([text, t]) => t > low && t < high ? [line(`M${X(1)} ${Y(t).toFixed(1)}H${X(v.depth)}`, "stroke:var(--soft);stroke-dasharray:2 4"),
    label(X(1) + 4, Y(t) - 4, text, "paint-order:stroke;stroke:var(--card);stroke-width:5px")] : ["", ""];
  const drawn = Object.entries(ends).map(end), part = k => drawn.map(p => p[k]).join("");
  view.caption("Blue, dashed: root mean square of the weighted inputs z, on the way forward. Red: of the gradient, on the way back. Infinite width, Var w = σ<sub>w</sub>²/n, no biases. Dotted: the smallest and the largest numbers of three formats.");
  view.svg(height, svg + part(0) + curve(forward, "stroke:var(--blue);stroke-width:2.2;stroke-dasharray:7 4") + curve(backward, "stroke:var(--red);stroke-width:2.2") + part(1));
  const told = (words, mark, lies) => {
    const found = Object.keys(floors).map(name => [name, backward.filter(t => lies(t, name)).length]).filter(p => p[1]);
    return found.length ? ` ${words}: ${found.map(([name, k]) => `${bold(mark + name, k)} of ${v.depth} layers in ${name}`).join(", ")}.` : "";
  };
  const beyond = told("Below the smallest number", "", (t, name) => t < floors[name]) + told("Above the largest", "over ", (t, name) => t > ceilings[name]);
  view.say(`Signal in layer ${v.depth}: ${bold("last", power(forward[v.depth - 1], 1, 4))}. Gradient at layer 1: ${bold("first", power(backward[0], 1, 4))}.`
    + (beyond || " Every layer's gradient is within all three formats."));
}

// As ``floors.sizes``: far from 1 the last factor that could be computed stands for all others.
function logSizes(f, scale, depth, output) {
  const step = 2 * reach / nodes, x = Float64Array.from({length: nodes}, (_, k) => -reach + (k + 0.5) * step);
  const p = x.map(t => Math.exp(-t * t / 2) * step / Math.sqrt(2 * Math.PI));
  const mean = (g, root) => p.reduce((sum, weight, k) => sum + weight * g(root * x[k]) ** 2, 0);
  const forward = [2 * Math.log10(scale)], chis = [];
  let ahead = 0, back = 0;
  for (let l = 1; l < depth; l++) {
    const at = forward[l - 1];
    if (Math.abs(at) < far) {
      const root = Math.sqrt(10 ** at);
      ahead = Math.log10(nextQ(mean(f.value, root), scale)) - at;
      back = Math.log10(chi(mean(f.slope, root), scale));
    }
    forward.push(at + ahead);
    chis.push(back);
  }
  const backward = [2 * Math.log10(output)];
  for (const t of chis.reverse()) backward.push(backward[backward.length - 1] + t);
  return {forward: forward.map(t => t / 2), backward: backward.reverse().map(t => t / 2)};
}
