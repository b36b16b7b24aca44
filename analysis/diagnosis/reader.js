// Reads what the probe printed, names the finding and draws the gradient's norm at each layer beside theory.
(function (root, data) {
  const number = (x) => (x === undefined || x === null ? NaN : Number(String(x).replace("inf", "Infinity")));
  const mean = (x) => x.reduce((a, b) => a + b, 0) / x.length;

  const kindOf = (row) => data.kinds[row.kind] || data.activations[String(row.kind).toLowerCase()];

  function slope(x, y) {
    const keep = y.map((v, k) => k).filter((k) => isFinite(y[k]));
    if (keep.length < 2) return NaN;
    const mx = mean(keep.map((k) => x[k])), my = mean(keep.map((k) => y[k]));
    let up = 0, down = 0;
    for (const k of keep) { up += (x[k] - mx) * (y[k] - my); down += (x[k] - mx) ** 2; }
    return up / down;
  }

  function theory(rows, k) { // log of the factor of site k on the gradient's norm; NaN where there is none
    const kind = kindOf(rows[k]);
    if (kind === "linear" || kind === "convolution") return Math.log(rows[k].sigma_w);
    const table = data.slopes[kind];
    if (!table || k === 0) return NaN;
    const at = (rows[k - 1].forward - data.low) / data.step, j = Math.floor(at);
    if (!(j >= 0 && j + 1 < table.length)) return NaN;
    return table[j] + (at - j) * (table[j + 1] - table[j]);
  }

  function read(text) {
    let given;
    try { given = JSON.parse(text); } catch (why) { return { refused: "This is not JSON: " + why.message }; }
    if (!given || given.probe !== data.probe || !Array.isArray(given.sites) || !given.sites.length) {
      return { refused: "This is not what the probe printed: paste all of it, from { to }." };
    }
    const rows = given.sites.map((row) => {
      const made = { ...row };
      for (const key of ["forward", "backward", "mean", "varies", "sigma_w", "sigma_b", "never_on", "bad"]) {
        made[key] = number(row[key]);
      }
      return made;
    });
    const found = [];
    const say = (code, where, what) => found.push({ code, where, what, ...data.advice[code] });
    const some = (names) => names[0] + (names.length > 1 ? " and " + (names.length - 1) + " more" : "");
    const lost = given.no_gradient || [];
    if (lost.length) say("detached", lost[lost.length - 1], "the backward pass gives it no gradient");

    const layers = rows.map((row, k) => k).filter((k) => data.layers.includes(kindOf(rows[k])));
    const count = layers.length, back = layers.map((k) => rows[k].backward);
    const toward = layers.map((_, j) => count - 1 - j);
    const made = { rows, layers, found, slope: NaN, error: NaN, predicted: NaN, line: [] };
    let forward = NaN;
    if (count >= 3) {
      made.slope = slope(toward, back);
      made.error = Math.sqrt((1.5 / Math.min(...layers.map((k) => rows[k].units))) / Math.max(count - 1, 1));
      const line = new Array(count).fill(back[count - 1]);
      for (let j = count - 2; j >= 0; j--) {
        line[j] = line[j + 1];
        for (let k = layers[j] + 1; k <= layers[j + 1]; k++) line[j] += theory(rows, k);
      }
      made.line = line;
      if (line.every(isFinite)) made.predicted = slope(toward, line);
      forward = slope(toward.map((x) => -x), layers.map((k) => rows[k].forward));
    }
    function cause(growing) {
      const kinds = rows.slice(layers[0] + 1, layers[count - 1] + 1).map((row) => kindOf(row));
      if (growing && kinds.some((x) => data.norms.includes(x)) && Math.abs(forward) < 0.25 * made.slope) {
        return "normalisation multiplies the gradient";
      }
      if (!growing && kinds.some((x) => data.gentle.includes(x))) return "slopes below one half";
      return growing ? "weights too large" : "weights too small";
    }
    const from = count ? rows[layers[0]].name : "";
    let sloped = false;
    function withDepth() {
      const total = made.slope * (count - 1);
      if (sloped || !(Math.abs(total) >= Math.log(data.factor))) return;
      if (Math.abs(made.slope) < data.errors * made.error) return;
      sloped = true;
      const growing = made.slope > 0;
      say(cause(growing), from + " … " + rows[layers[count - 1]].name,
        "towards the input the gradient's norm " + (growing ? "gains" : "loses") + " a factor " +
        Math.exp(Math.abs(total)).toExponential(1) + " over " + (count - 1) + " layers (log-gain " +
        made.slope.toFixed(3) + " a layer" +
        (isFinite(made.predicted) ? "; theory for mean 0 says " + made.predicted.toFixed(3) : "") + ")");
    }

    const bad = rows.findIndex((row) => row.bad > 0);
    let end = bad;
    for (let k = rows.length - 1; k >= 0 && end < 0; k--) if (rows[k].backward === Infinity) end = k;
    const wrong = end >= 0;
    if (wrong) {
      const rate = bad >= 0 ? forward : made.slope;
      if (rate > data.errors * made.error && rate * (count - 1) >= Math.log(data.factor)) {
        sloped = true;
        say(cause(true), from + " … " + rows[end].name, "the " +
          (bad >= 0 ? "root mean square" : "gradient's norm") + " grows by a factor " + Math.exp(rate).toPrecision(3) +
          " a layer (log-gain " + rate.toFixed(3) + " a layer) until it leaves " + rows[end].format);
      }
      say("not finite", rows[end].name, bad >= 0 ? "its result is the first with NaN or infinity"
        : "the gradient is NaN or infinite there first, on its way back");
    }
    for (let k = rows.length - 1; k >= 0 && !wrong; k--) {
      const floor = data.formats[rows[k].format];
      const size = rows[k].backward - 0.5 * Math.log(rows[k].units * given.batch);
      const gone = rows[k].backward === -Infinity;
      if (!floor || (gone && (lost.length || rows.slice(k).some((row) => row.never_on >= 1)))) break;
      if (gone || size < Math.log(floor * data.room)) {
        if (!data.narrow.includes(rows[k].format)) withDepth();
        say("below the floor", rows[k].name, gone ? "the gradient is 0 in every number"
          : "the gradient has root mean square " + Math.exp(size).toExponential(1));
        break;
      }
    }
    const dead = rows.filter((row) => row.never_on > data.dead).map((row) => row.name);
    if (dead.length) say("dead units", some(dead), "nearly all of its units are off for every example");
    if (count >= 3 && !wrong) withDepth();
    const last = rows[rows.length - 1];
    if (!wrong && !dead.length && last.varies < data.constant) {
      say("output constant", last.name, last.varies.toExponential(1) + " of its mean square varies from example to example");
    }
    return made;
  }

  function draw(made) {
    const logs = made.layers.map((k) => made.rows[k].backward / Math.LN10);
    const line = made.line.map((x) => x / Math.LN10);
    const all = [...logs, ...line].filter(isFinite);
    if (all.length < 2) return "";
    const low = Math.floor(Math.min(...all) - 0.2), high = Math.ceil(Math.max(...all) + 0.2);
    const x = (k) => 56 + (570 * k) / Math.max(logs.length - 1, 1), y = (d) => 12 + (250 * (high - d)) / (high - low);
    let svg = "<svg viewBox='0 0 640 310' role='img' aria-label='norm of the gradient by layer'>";
    for (let t = low; t <= high; t += Math.max(1, Math.ceil((high - low) / 6))) {
      svg += `<line x1="56" x2="626" y1="${y(t)}" y2="${y(t)}" stroke="currentColor" opacity=".2"/>` +
        `<text x="50" y="${y(t) + 4}" text-anchor="end">10<tspan dy="-5" font-size="10">${t}</tspan></text>`;
    }
    for (let k = 0; k < logs.length; k += Math.max(1, Math.ceil(logs.length / 9))) {
      svg += `<text x="${x(k)}" y="282" text-anchor="middle">${k + 1}</text>`;
    }
    svg += "<text x='340' y='304' text-anchor='middle'>layer, from input to output</text>";
    const points = line.map((v, k) => (isFinite(v) ? x(k) + "," + y(v) : "")).filter(Boolean).join(" ");
    svg += `<polyline points="${points}" fill="none" class="theory"/>`;
    logs.forEach((v, k) => { if (isFinite(v)) svg += `<circle cx="${x(k)}" cy="${y(v)}" r="3.5" class="measured"/>`; });
    return svg + "</svg><p>Norm of the gradient at each layer: dots measured, line theory.</p>";
  }

  const safe = (x) => String(x).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const field = root.querySelector("textarea"), answer = root.querySelector("output");
  function show() {
    const made = read(field.value);
    if (made.refused) { answer.innerHTML = `<p>${safe(made.refused)}</p>`; return; }
    let text = made.found.map((f) => `<div class="finding" data-code="${safe(f.code)}"><p><b>${safe(f.code)}: ` +
      `${safe(f.where)}.</b> ${safe(f.what)}.</p><p>${safe(f.cause)}</p><p><b>First change:</b> ${safe(f.remedy)}</p>` +
      `<p>It would be refuted if ${safe(f.refuted_by)}. Proof: ${safe(f.chapter)}${f.claim ? ", claim " + safe(f.claim) : ""}.</p></div>`).join("");
    if (!made.found.length) text = "<p data-code=''>Nothing found.</p>";
    answer.innerHTML = text + draw(made);
  }
  root.querySelector("button").addEventListener("click", show);
})
