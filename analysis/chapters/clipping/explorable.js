// Gradient descent on the cliff: one sigmoid neuron fed back to itself, C(w, b) in grey, the path over it.
function surface(w, b) {
  let x = start0, xw = 0, xb = 0;
  for (let t = 0; t < steps; t++) [x, xw, xb] = [state(x, w, b), stateByW(x, w, b, xw), stateByB(x, w, b, xb)];
  const slope = lastSlope(x);
  return [last(x), slope * xw, slope * xb];
}

function descent(v) {
  const points = [[v.w, v.b]];
  let longest = 0, steepest = 0, clipped = 0;
  for (let k = 0; k < v.steps; k++) {
    const [w, b] = points[k], [, ...g] = surface(w, b), norm = Math.hypot(...g);
    const taken = v.how === "value" ? g.map(x => byValue(x, v.threshold)) : v.how === "norm" && norm > 0 ? g.map(x => x * share(norm, v.threshold)) : g;
    if (taken.some((x, j) => x !== g[j])) clipped++;
    const step = taken.map(x => v.rate * x);
    longest = Math.max(longest, Math.hypot(...step));
    steepest = Math.max(steepest, norm);
    points.push([w - step[0], b - step[1]]);
  }
  return {points, longest, steepest, clipped};
}

function shades(X, Y) {
  const across = 48, down = 36, levels = Array.from({length: 9}, () => ""), dw = (right - left) / across, db = (top1 - bottom) / down;
  for (let i = 0; i < across; i++) for (let j = 0; j < down; j++) {
    const w = left + i * dw, b = bottom + j * db, level = Math.min(8, Math.floor(9 * surface(w + dw / 2, b + db / 2)[0] / 0.5));
    levels[level] += `M${X(w).toFixed(1)} ${Y(b).toFixed(1)}H${X(w + dw).toFixed(1)}V${Y(b + db).toFixed(1)}H${X(w).toFixed(1)}Z`;
  }
  return levels.map((d, k) => d && `<path d="${d}" style="fill:var(--soft);fill-opacity:${(0.06 * k).toFixed(2)}"/>`).join("");
}

function draw(v, view) {
  const height = Math.min(340, 180 + view.width / 4);
  const {X, Y, svg} = axes({frame: [44, 8, view.width - 14, height - 38], x: [left, right], y: [bottom, top1],
    xTicks: ticks(left, right, Math.min(6, view.width / 70)), yTicks: ticks(bottom, top1, 5), xLabel: "weight w"});
  if (view.memory.width !== view.width) view.memory = {width: view.width, grey: shades(X, Y)};
  const {points, longest, steepest, clipped} = descent(v), final = points[points.length - 1];
  const near = t => Math.max(-1e4, Math.min(1e4, t)), at = points.map(([w, b]) => [near(X(w)), near(Y(b))]);
  const inside = at.filter(([x, y]) => x >= 44 && x <= view.width - 14 && y >= 8 && y <= height - 38);
  const dots = inside.map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2.5" style="fill:var(--red)"/>`).join("");
  const clip = `<clipPath id="cliff-frame"><rect x="44" y="8" width="${view.width - 58}" height="${height - 46}"/></clipPath>`;
  view.caption("Grey: the cost C(w, b), the stronger the higher; up: bias b. Line and dots: gradient descent; the ring is the start.");
  view.svg(height, clip + view.memory.grey + svg + `<g clip-path="url(#cliff-frame)">${line(trace(at), "stroke:var(--red);stroke-width:1.6")}${dots}</g>`
    + `<circle cx="${X(v.w).toFixed(1)}" cy="${Y(v.b).toFixed(1)}" r="7" style="fill:none;stroke:var(--blue);stroke-width:2.5"/>`);
  const gone = points.some(([w, b]) => w < left || w > right || b < bottom || b > top1);
  view.say(`After ${v.steps} steps: C = ${bold("cost", show(surface(...final)[0]))} at w = ${bold("w", show(final[0]))}, b = ${bold("b", show(final[1]))}. `
    + `Longest step ${bold("longest", show(longest))}, longest gradient ${bold("steepest", show(steepest))}; ${bold("clipped", String(clipped))} ${clipped === 1 ? "step" : "steps"} clipped. ${gone ? "The path leaves the picture." : ""}`);
}
