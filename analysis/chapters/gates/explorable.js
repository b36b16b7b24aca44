// One random LSTM and one vanilla cell; the size of the derivative of the state in that of k steps before.
function draw(v, view) {
  const found = gains(v, view), names = ["whole", "alone", "vanilla"], hues = ["blue", "green", "red"], ten = Math.LN10;
  const lives = names.map(name => halfLife(found[name])), half = -Math.log10(2);
  const all = names.flatMap(name => found[name]).filter(Number.isFinite).map(x => x / ten);
  const low = Math.max(-12, Math.min(-1, ...all)), high = Math.max(0.3, ...all), height = Math.min(330, 160 + view.width / 4);
  const {X, Y, svg} = axes({frame: [50, 12, view.width - 14, height - 38], x: [0, steps], y: [low, high],
    xTicks: ticks(0, steps, 6), yTicks: ticks(low, high, 5), xLabel: "time steps k"});
  let picture = svg + line(`M${X(0)} ${Y(half).toFixed(1)}H${X(steps)}`, "stroke:var(--soft);stroke-dasharray:2 4");
  names.forEach((name, m) => {
    const points = found[name].map((x, k) => [X(k), x / ten]).filter(p => p[1] >= low).map(p => [p[0], Y(p[1])]);
    picture += line(trace(points), `stroke:var(--${hues[m]});stroke-width:2;stroke-dasharray:${["none", "6 4", "2 3"][m]}`);
  });
  lives.forEach((life, m) => {
    if (life <= steps) picture += `<circle cx="${X(life).toFixed(1)}" cy="${Y(half).toFixed(1)}" r="5" style="fill:var(--${hues[m]})"/>`;
  });
  const told = (name, life) => bold(name, life <= steps ? show(life) : `more than ${steps}`);
  view.caption(`log₁₀ of the size of the derivative, ${units} units. Blue: LSTM, all ways. Green, dashed: LSTM, within c alone. Red, dotted: vanilla cell. Dots: half is left.`);
  view.svg(height, picture);
  view.say(`Half-life in time steps: LSTM ${told("whole", lives[0])}, within c alone ${told("alone", lives[1])} (the forget bias alone gives ${bold("closed", show(gateAlone(v.bias)))}), `
    + `vanilla ${told("vanilla", lives[2])}. After ${steps} steps: LSTM ${bold("end", power(found.whole[steps] / ten))}, vanilla ${bold("endVanilla", power(found.vanilla[steps] / ten))}.`);
}

function halfLife(logs) {
  const level = -Math.LN2, k = logs.findIndex(x => x <= level);
  return k < 0 ? Infinity : k - 1 + (logs[k - 1] - level) / (logs[k - 1] - logs[k]);
}

// The same normal numbers at every bias and scale. Column j of a derivative starts at j n.
function gains(v, view) {
  const n = units, count = 5 * (n + n * n) + warmUp + steps;
  if (view.memory.seed !== v.seed) {
    const next = words(v.seed, 0), pair = [0, 0], drawn = [];
    while (drawn.length < count) drawn.push(...(normals(next, pair), pair));
    view.memory = {seed: v.seed, drawn};
  }
  const d = view.memory.drawn, std = v.scale / Math.sqrt(3 * n), atU = 4 * n, atV = atU + 4 * n * n, atR = atV + n, atX = atR + n * n;
  const zeros = m => new Float64Array(m), logs = {whole: [0], alone: [0], vanilla: [0]};
  let c = zeros(n), h = zeros(n), r = zeros(n), o = zeros(n);
  let whole, hidden, alone, vanilla;
  const push = (name, entries) => logs[name].push(0.5 * Math.log(entries.reduce((s, y) => s + y * y, 0) / n));
  for (let t = 0; t < warmUp + steps; t++) {
    const x = d[atX + t], q = zeros(4 * n), C = zeros(n), H = zeros(n), V = zeros(n);
    for (let k = 0; k < 4 * n; k++) {
      let sum = x * d[k];
      for (let j = 0; j < n; j++) sum += h[j] * d[atU + j * 4 * n + k];
      sum = std * sum + (k >= n && k < 2 * n ? v.bias : 0);
      q[k] = k >= 2 * n && k < 3 * n ? Math.tanh(sum) : gate(sum);
    }
    if (t === warmUp) {
      [whole, hidden, alone, vanilla] = [0, 0, 0, 0].map(() => zeros(n * n));
      for (let j = 0; j < n; j++) {
        whole[j * n + j] = alone[j * n + j] = vanilla[j * n + j] = 1;
        hidden[j * n + j] = dH(o[j], c[j], 1, 0);
      }
    }
    for (let k = 0; k < n; k++) {
      C[k] = nextC(q[k], q[n + k], q[2 * n + k], c[k]);
      H[k] = nextH(q[3 * n + k], C[k]);
      let sum = x * d[atV + k];
      for (let j = 0; j < n; j++) sum += r[j] * d[atR + j * n + k];
      V[k] = Math.tanh(std * sum);
    }
    if (t >= warmUp) {
      const [w2, h2, a2, v2] = [0, 0, 0, 0].map(() => zeros(n * n));
      for (let m = 0; m < n; m++) for (let k = 0; k < n; k++) {
        const into = [0, 0, 0, 0], at = m * n + k;
        let across = 0;
        for (let j = 0; j < n; j++) {
          for (let b = 0; b < 4; b++) into[b] += d[atU + j * 4 * n + b * n + k] * hidden[m * n + j];
          across += d[atR + j * n + k] * vanilla[m * n + j];
        }
        const gates = [q[k], q[n + k], q[2 * n + k], c[k]];
        w2[at] = dC(...gates, whole[at], std * into[0], std * into[1], std * into[2]);
        h2[at] = dH(q[3 * n + k], C[k], w2[at], std * into[3]);
        a2[at] = dC(...gates, alone[at], 0, 0, 0);
        v2[at] = dV(V[k], std * across);
      }
      [whole, hidden, alone, vanilla] = [w2, h2, a2, v2];
      push("whole", whole);
      push("alone", alone);
      push("vanilla", vanilla);
    }
    [c, h, r, o] = [C, H, V, q.slice(3 * n)];
  }
  return logs;
}
