// What every explorable shares: controls, colours, axes, and the two places where it lives.
const light = "--ink:#1f2328;--soft:#57606a;--line:#d0d7de;--card:#fff;--blue:#0072b2;--red:#b84a00;--green:#00785a;--shade:#0072b233;--pale:#0072b266";
const dark = "--ink:#e6edf3;--soft:#a3adb8;--line:#3a434d;--card:#14181e;--blue:#56b4e9;--red:#f0965a;--green:#4fc3a1;--shade:#56b4e940;--pale:#56b4e980";
const css = `
.explorable{${light}}
@media (prefers-color-scheme:dark){.explorable{${dark}}}
html[data-theme=light] .explorable,body[data-jp-theme-light=true] .explorable{${light}}
html[data-theme=dark] .explorable,body[data-jp-theme-light=false] .explorable{${dark}}
@media print{.explorable.explorable{${light}}}
.explorable{background:var(--card);color:var(--ink);border:1px solid var(--line);border-radius:6px;box-sizing:border-box;max-width:min(100%,820px);min-width:0;margin:1rem 0;padding:.75rem;font:15px/1.45 system-ui,sans-serif;text-align:left}
.explorable *{box-sizing:border-box}
.explorable p{margin:.35rem 0;color:inherit}
.explorable .x-title{font-weight:600}
.explorable .x-controls{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,200px),1fr));gap:.35rem 1.25rem;align-items:end}
.explorable label{display:block;margin:0;font-size:14px}
.explorable label b{float:right;font-variant-numeric:tabular-nums}
.explorable input,.explorable select,.explorable button{display:block;width:100%;height:2rem;margin:0;font:inherit;color:var(--ink);accent-color:var(--blue)}
.explorable input{background:transparent}
.explorable select,.explorable button{background:var(--card);border:1px solid var(--soft);border-radius:4px;padding:0 .5rem}
.explorable button{cursor:pointer}
.explorable :focus-visible{outline:2px solid var(--blue);outline-offset:2px}
.explorable .x-caption{color:var(--soft);font-size:14px;margin-top:.6rem}
.explorable svg{display:block;width:100%;max-width:100%;background:transparent;overflow:hidden}
.explorable text{fill:var(--ink);font:12px system-ui,sans-serif;paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round}
.explorable .x-soft{fill:var(--soft)}
.explorable .x-grid{stroke:var(--line);stroke-width:1}
.explorable .x-say{min-height:2.9em;font-variant-numeric:tabular-nums}
.explorable .x-live{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}`;

const raised = n => String(n).replace(/./g, c => c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]);
// sign · 10^log10, which need not fit into a double.
function power(log10, sign = 1, digits = 3) {
  if (log10 === -Infinity || sign === 0) return "0";
  let n = Math.floor(log10), m = plain(10 ** (log10 - n), digits);
  if (m === "10") m = (++n, "1");
  return (sign < 0 ? "−" : "") + (n >= -3 && n < 6 ? plain(10 ** log10, digits) : `${m}·10${raised(n)}`);
}
const plain = (x, digits) => String(Number(x.toPrecision(digits))).replace("-", "−");
// A number with so many significant digits.
function show(x, digits = 4) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "undefined" : x < 0 ? "−∞" : "∞";
  const size = Math.abs(x);
  return x === 0 || (size >= 1e-4 && size < 1e6) ? plain(x, digits) : power(Math.log10(size), Math.sign(x), digits);
}
// Round numbers from low to high, about so many of them.
function ticks(low, high, count) {
  const raw = (high - low) / count, unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find(k => k * unit >= raw) * unit, list = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) list.push(Number((k * step).toPrecision(12)));
  return list;
}
const trace = points => "M" + points.map(p => p[0].toFixed(1) + " " + p[1].toFixed(1)).join("L");
// Axes as SVG text, with the maps X and Y from numbers to pixels; frame is [left, top, right, bottom] in pixels.
function axes({frame, x, y, xTicks, yTicks, xLabel = "", xText = show, yText = show}) {
  const [left, top, right, bottom] = frame;
  const X = t => left + (t - x[0]) / (x[1] - x[0]) * (right - left), Y = t => bottom - (t - y[0]) / (y[1] - y[0]) * (bottom - top);
  let s = "";
  for (const t of yTicks) s += `<path class="x-grid" d="M${left} ${Y(t).toFixed(1)}H${right}"/><text x="${left - 5}" y="${(Y(t) + 4).toFixed(1)}" text-anchor="end">${yText(t)}</text>`;
  for (const t of xTicks) s += `<path class="x-grid" d="M${X(t).toFixed(1)} ${bottom}v4"/><text x="${X(t).toFixed(1)}" y="${bottom + 17}" text-anchor="middle">${xText(t)}</text>`;
  return {X, Y, svg: s + `<text class="x-soft" x="${right}" y="${bottom + 33}" text-anchor="end">${xLabel}</text>`};
}
const line = (d, style) => `<path d="${d}" fill="none" style="${style}"/>`;
const label = (x, y, text, style = "", anchor = "start") => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" style="${style}">${text}</text>`;
const bold = (name, text) => `<b data-number="${name}">${text}</b>`;

function element(tag, attributes = {}, html = "") {
  const made = document.createElement(tag);
  for (const name in attributes) made.setAttribute(name, attributes[name]);
  made.innerHTML = html;
  return made;
}

// One control for one parameter; returns what must follow the model.
function control(p, model, box) {
  const set = value => { model.set(p.name, value); model.save_changes(); };
  if (p.kind === "Again") {
    const button = element("button", {type: "button"}, p.label);
    button.onclick = () => set((model.get(p.name) + 1) % 4294967296);
    box.append(button);
    return () => {};
  }
  const host = element("label", {}, p.label + " ");
  if (p.kind === "Choice") {
    const options = Object.entries(p.options).map(([value, text]) => `<option value="${value}">${text}</option>`);
    const select = element("select", {"aria-label": p.label, "data-parameter": p.name}, options.join(""));
    select.onchange = () => set(select.value);
    host.append(select);
    box.append(host);
    return () => { select.value = model.get(p.name); };
  }
  const stops = p.values, to = x => stops ? stops.indexOf(x) : p.log ? Math.log10(x) : x;
  const within = x => Math.min(p.high, Math.max(p.low, x));
  const from = t => stops ? stops[t] : within(p.log ? Number((10 ** t).toPrecision(6)) : t);
  const [min, max, step] = stops ? [0, stops.length - 1, 1] : [to(p.low), to(p.high), p.step];
  const reading = element("b"), input = element("input", {type: "range", min, max, step, "aria-label": p.label, "data-parameter": p.name});
  input.oninput = () => set(from(Number(input.value)));
  host.append(reading, input);
  box.append(host);
  if (p.play) box.append(playButton(p, model, set));
  return () => {
    const value = model.get(p.name);
    if (from(Number(input.value)) !== value) input.value = to(value);
    reading.textContent = show(value, p.log ? 3 : 5);
    input.setAttribute("aria-valuetext", reading.textContent);
  };
}

// Runs a slider from low to high; for those who asked their system for less motion, in ten still steps.
function playButton(p, model, set) {
  const button = element("button", {type: "button"}, "Play");
  let running = 0;
  const stop = () => { running = 0; button.textContent = "Play"; };
  button.onclick = () => {
    if (running) return stop();
    const mine = running = Math.random(), span = p.high - p.low;
    const calm = matchMedia("(prefers-reduced-motion:reduce)").matches;
    button.textContent = "Pause";
    const first = model.get(p.name) >= p.high ? p.low : model.get(p.name), begin = performance.now();
    const advance = () => {
      if (running !== mine || !button.isConnected) return;
      let done = (performance.now() - begin) / 1000 / p.play;
      if (calm) done = Math.floor(done * 10) / 10;
      const at = Math.min(p.high, first + p.step * Math.round(done * span / p.step));
      if (at !== model.get(p.name)) set(at);
      if (at >= p.high) stop();
      else if (calm) setTimeout(advance, 100);
      else requestAnimationFrame(advance);
    };
    set(first);
    advance();
  };
  return button;
}

function explorable({title, parameters}, draw) {
  function render({model, el}) {
    el.classList.add("explorable");
    el.setAttribute("role", "group");
    el.setAttribute("aria-label", title);
    el.innerHTML = "";
    const add = (tag, name) => el.appendChild(element(tag, {class: name}));
    el.append(element("style", {}, css));
    add("p", "x-title").textContent = title;
    const controls = add("div", "x-controls"), caption = add("p", "x-caption"), stage = add("div", "x-stage"), say = add("p", "x-say");
    const live = add("p", "x-live");
    live.setAttribute("role", "status");
    const followers = parameters.map(p => control(p, model, controls));
    // else JupyterLab takes the arrow keys for itself; it looks at the focused element first
    for (const e of controls.querySelectorAll("input,select,button")) e.setAttribute("data-lm-suppress-shortcuts", "true");
    stage.innerHTML = `<svg role="img" aria-label="${title}"><title>${title}</title></svg>`;
    const svg = stage.firstChild;
    let waiting = 0, quiet = 0, width = 0, touched = false; // nothing is read out before the reader moves something
    const view = {
      memory: {},
      caption: html => { if (caption.innerHTML !== html) caption.innerHTML = html; },
      svg: (height, content) => { svg.setAttribute("height", height); svg.innerHTML = `<title>${title}</title>` + content; },
      say: html => {
        say.innerHTML = html;
        clearTimeout(quiet);
        if (touched) quiet = setTimeout(() => { live.textContent = say.textContent; }, 600);
      },
      again: () => request(),
      get width() { return width; },
    };
    const redraw = () => {
      waiting = 0;
      width = Math.max(240, Math.round(stage.clientWidth || 640));
      for (const follow of followers) follow();
      draw(Object.fromEntries(parameters.map(p => [p.name, model.get(p.name)])), view);
    };
    const request = () => { waiting = waiting || requestAnimationFrame(redraw); };
    const changed = () => { touched = true; request(); };
    for (const p of parameters) model.on("change:" + p.name, changed);
    const watcher = new ResizeObserver(() => { if (Math.round(stage.clientWidth) !== width) request(); });
    watcher.observe(stage);
    redraw();
    return () => {
      watcher.disconnect();
      cancelAnimationFrame(waiting);
      clearTimeout(quiet);
      for (const p of parameters) model.off("change:" + p.name, changed);
    };
  }
  return {render};
}

// The stand-in for a widget's model on a page without a kernel.
function pageModel(values) {
  const heard = {};
  return {
    get: name => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      for (const f of heard["change:" + name] || []) f();
    },
    save_changes() {},
    on(event, f) { (heard[event] = heard[event] || []).push(f); },
    off(event, f) { heard[event] = (heard[event] || []).filter(g => g !== f); },
  };
}

// Draw in every place that waits for this module, and hide the still picture before it. JupyterLab may attach it later.
function start(key, widget, patience = 200) {
  const places = [...document.querySelectorAll(`[data-explorable="${key}"]:not([data-live])`)];
  if (!places.length && patience) return void requestAnimationFrame(() => start(key, widget, patience - 1));
  for (const el of places) {
    el.setAttribute("data-live", "");
    widget.render({model: pageModel(JSON.parse(el.dataset.start)), el});
    const area = el.closest(".cell_output,.jp-OutputArea");
    const before = [...(area ? area.querySelectorAll("img") : [])].filter(img => img.compareDocumentPosition(el) & 4);
    const still = before.pop();
    if (still) (still.closest(".jp-OutputArea-child,figure") || still).style.display = "none";
  }
}
