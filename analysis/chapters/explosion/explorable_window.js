// |w σ′(wa + b)| over the activation a; where it is 1 or more is shaded.
function draw(v, view) {
  const f = activations[v.activation], [least, most] = outputs[v.activation];
  const low = least - 0.5, high = most + 0.5, count = 400;
  const log = a => stepLog(f.logSlope(weighted(v.w, a, v.b)), v.w, 0);
  const grid = Array.from({length: count + 1}, (_, i) => low + (high - low) * i / count);
  const peak = Math.max(...grid.map(log), logAtPeak(log, v, low, high));
  const parts = crossings(log, grid), inside = parts.map(([p, q]) => Math.min(q, most) - Math.max(p, least)).reduce((s, x) => s + Math.max(0, x), 0);
  const top = 1.12 * Math.max(1.1, Math.exp(peak)), height = Math.min(300, 120 + view.width / 3);
  const {X, Y, svg} = axes({frame: [38, 8, view.width - 14, height - 38], x: [low, high], y: [0, top],
    xTicks: ticks(low, high, Math.min(10, view.width / 55)), yTicks: ticks(0, top, 5), xLabel: "activation a of the layer before"});
  const band = ([p, q], style, from = top) => `<path d="M${X(p).toFixed(1)} ${Y(from)}H${X(q).toFixed(1)}V${Y(0)}H${X(p).toFixed(1)}Z" style="${style}"/>`;
  const width = parts.length ? `M${X(parts[0][0])} ${Y(1)}H${X(parts[parts.length - 1][1])}` : "";
  view.caption(`|w σ′(wa + b)|, the factor by which this layer multiplies the gradient. Between the dotted lines: ${show(least)} ≤ a ≤ ${show(most)}.`);
  view.svg(height, svg + parts.map(p => band(p, "fill:var(--shade)")).join("")
    + [least, most].map(a => line(`M${X(a)} ${Y(0)}V${Y(top)}`, "stroke:var(--soft);stroke-dasharray:2 4")).join("")
    + line(`M${X(low)} ${Y(1)}H${X(high)}`, "stroke:var(--red);stroke-width:1.5")
    + line(`M${X(low)} ${Y(f.bound)}H${X(high)}`, "stroke:var(--green);stroke-width:1.5;stroke-dasharray:7 4")
    + label(X(high) - 4, Y(f.bound) - 5, `largest at |w| = 1: ${show(f.bound)}`, "fill:var(--green)", "end")
    + line(width, "stroke:var(--blue);stroke-width:4") + line(trace(grid.map(a => [X(a), Y(Math.exp(log(a)))])), "stroke:var(--blue);stroke-width:2.2"));
  view.say(sentence(v, f, parts, inside, Math.abs(v.w) * f.bound, least, most));
}

function sentence(v, f, parts, inside, largest, least, most) {
  if (v.activation === "sigmoid" && Math.abs(v.w) >= 4) {
    const z = windowEdge(v.w), ends = [inputAt(-z, v.w, v.b), inputAt(z, v.w, v.b)].sort((p, q) => p - q).map(a => show(a));
    return `The factor is at least 1 for a from ${ends.join(" to ")}: a window of width ${bold("width", show(windowWidth(v.w)))}. Of it, ${bold("inside", show(inside))} lies between ${show(least)} and ${show(most)}.`;
  }
  if (largest < 1) return `No a makes the factor reach 1: it never exceeds |w| · ${show(f.bound)} = ${bold("largest", show(largest))}.`;
  return `The factor never exceeds ${bold("largest", show(largest))}. For a between ${show(least)} and ${show(most)} it is at least 1 on a total length of ${bold("inside", show(inside))}.`;
}

// The bell's top lies at z = 0; a grid may step over a narrow one.
function logAtPeak(log, v, low, high) {
  const a = v.w ? inputAt(0, v.w, v.b) : low;
  return a > low && a < high ? log(a) : -Infinity;
}

// The stretches of the grid on which log ≥ 0, their ends found by bisection.
function crossings(log, grid) {
  const parts = [], inside = grid.map(a => log(a) >= 0);
  let from = inside[0] ? grid[0] : null;
  for (let i = 1; i < grid.length; i++) {
    if (inside[i] === inside[i - 1]) continue;
    let [p, q] = [grid[i - 1], grid[i]];
    for (let k = 0; k < 40; k++) {
      const middle = (p + q) / 2;
      if ((log(middle) >= 0) === inside[i - 1]) p = middle;
      else q = middle;
    }
    if (inside[i]) from = q;
    else parts.push([from, p]);
  }
  if (inside[grid.length - 1]) parts.push([from, grid[grid.length - 1]]);
  return parts;
}
