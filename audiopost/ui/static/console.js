// The moving parts of the console: one socket, the knobs, the waveform, the meters and the keys.
// Everything else is built by the page itself. A word to the session is a small object: {do: "turn", ...}.
"use strict";

// -- the socket ----------------------------------------------------------------------------------------------------

const listeners = new Set();
let socket = null;
let latest = null;

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/live`);
  socket.onmessage = (event) => {
    latest = JSON.parse(event.data);
    for (const listener of listeners) listener(latest);
  };
  socket.onopen = () => document.body.classList.remove("ap-away");
  socket.onclose = () => { document.body.classList.add("ap-away"); setTimeout(connect, 1000); };
}

function say(word) {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(word));
}

window.audiopost = { say, latest: () => latest };

const color = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const told = (value, digits = 1) => (value === null || value === undefined ? "n/a" : value.toFixed(digits));

function clock(seconds) {
  const whole = Math.max(0, seconds);
  const minutes = Math.floor(whole / 60);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}:` +
         (whole % 60).toFixed(2).padStart(5, "0");
}

class Moving extends HTMLElement {
  connectedCallback() {
    if (!this.built) { this.built = true; this.build(); }
    this.listener = (frame) => this.show(frame);
    listeners.add(this.listener);
    if (latest) this.show(latest);
  }
  disconnectedCallback() { listeners.delete(this.listener); }
  build() {}
  show() {}
}

// -- knobs -----------------------------------------------------------------------------------------------------------

// Drag up and down or sideways, the wheel, the arrow keys; Shift is finer; double-click or Delete goes to the default;
// Enter types a value.
class Knob extends Moving {
  build() {
    this.path = this.getAttribute("path");
    this.position = parseFloat(this.getAttribute("position"));
    this.fallback = parseFloat(this.getAttribute("fallback"));
    this.choices = JSON.parse(this.getAttribute("choices") || "[]");
    const label = this.getAttribute("label");
    this.title = this.getAttribute("summary") || label;
    this.innerHTML = `
      <svg viewBox="0 0 48 48" aria-hidden="true"><path class="way" d="${arc(0, 1)}"/><path class="at"/><line class="hand"/></svg>
      <span class="name"></span><span class="words" title="Click to type a value"></span>`;
    this.querySelector(".name").textContent = label;
    this.words = this.querySelector(".words");
    this.setAttribute("role", "slider");
    this.setAttribute("tabindex", "0");
    this.setAttribute("aria-label", `${label}, ${this.getAttribute("node") || "macro"}`);
    this.setAttribute("aria-valuemin", "0");
    this.setAttribute("aria-valuemax", "100");
    this.draw(this.position, this.getAttribute("words"));
    this.addEventListener("pointerdown", (event) => this.grab(event));
    this.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.turn(this.position - Math.sign(event.deltaY) * this.step(event));
    }, { passive: false });
    this.addEventListener("dblclick", () => this.turn(this.fallback));
    this.addEventListener("keydown", (event) => this.key(event));
    this.words.addEventListener("click", (event) => { event.stopPropagation(); this.type(); });
  }
  step(event) {
    if (this.choices.length > 1) return 1 / (this.choices.length - 1);
    return event.shiftKey ? 0.001 : 0.01;
  }
  grab(event) {
    if (event.button !== 0 || event.target === this.words || event.target.tagName === "INPUT") return;
    this.setPointerCapture(event.pointerId);
    this.held = true;
    let [x, y] = [event.clientX, event.clientY];
    let position = this.position;
    const move = (next) => {
      const way = next.clientX - x - (next.clientY - y);
      [x, y] = [next.clientX, next.clientY];
      position = clamp(position + way * (next.shiftKey ? 0.0005 : 0.005), 0, 1);
      this.turn(position);
    };
    const drop = () => {
      this.held = false;
      this.removeEventListener("pointermove", move);
      this.removeEventListener("pointerup", drop);
      this.removeEventListener("pointercancel", drop);
    };
    this.addEventListener("pointermove", move);
    this.addEventListener("pointerup", drop);
    this.addEventListener("pointercancel", drop);
  }
  key(event) {
    const step = this.step(event);
    const to = { ArrowUp: this.position + step, ArrowRight: this.position + step, ArrowDown: this.position - step,
                 ArrowLeft: this.position - step, PageUp: this.position + 10 * step, PageDown: this.position - 10 * step,
                 Home: 0, End: 1, Delete: this.fallback, Backspace: this.fallback }[event.key];
    if (event.key === "Enter") { event.preventDefault(); event.stopPropagation(); this.type(); return; }
    if (to === undefined || event.target.tagName === "INPUT") return;
    event.preventDefault();
    event.stopPropagation();
    this.turn(to);
  }
  turn(position) {
    this.position = clamp(position, 0, 1);
    this.draw(this.position);
    say({ do: "turn", path: this.path, position: this.position });
  }
  type() {
    if (this.querySelector("input")) return;
    const input = document.createElement(this.choices.length ? "select" : "input");
    input.setAttribute("aria-label", `value of ${this.getAttribute("label")}`);
    if (this.choices.length) {
      for (const choice of this.choices) input.add(new Option(choice, choice, false, choice === this.words.textContent));
    } else input.value = parseFloat(this.words.textContent);
    let ended = false; // taking it away blurs it once more
    const end = (take) => {
      if (ended) return;
      ended = true;
      const value = this.choices.length ? input.value : parseFloat(input.value.replace(",", "."));
      input.remove();
      if (take && (this.choices.length || Number.isFinite(value))) say({ do: "set", path: this.path, value });
      this.focus();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") end(true);
      if (event.key === "Escape") end(false);
    });
    input.addEventListener("blur", () => end(false));
    if (this.choices.length) input.addEventListener("change", () => end(true));
    this.append(input);
    input.focus();
    if (input.select) input.select();
  }
  show(frame) {
    const knob = frame.knobs && frame.knobs[this.path];
    if (!knob) return;
    if (!this.held) this.position = knob[0];
    this.draw(this.position, knob[1]);
  }
  draw(position, words) {
    this.querySelector(".at").setAttribute("d", arc(0, position));
    const angle = (-135 + 270 * position) * Math.PI / 180;
    const hand = this.querySelector(".hand");
    const ends = [[8, "1"], [15, "2"]];
    for (const [radius, end] of ends) {
      hand.setAttribute(`x${end}`, 24 + radius * Math.sin(angle));
      hand.setAttribute(`y${end}`, 24 - radius * Math.cos(angle));
    }
    this.setAttribute("aria-valuenow", Math.round(100 * position));
    if (words !== undefined && words !== null) {
      this.words.textContent = words;
      this.setAttribute("aria-valuetext", words);
    }
  }
}

function arc(from, to) {
  const point = (share) => {
    const angle = (-135 + 270 * share) * Math.PI / 180;
    return `${(24 + 19 * Math.sin(angle)).toFixed(2)} ${(24 - 19 * Math.cos(angle)).toFixed(2)}`;
  };
  return `M ${point(from)} A 19 19 0 ${to - from > 2 / 3 ? 1 : 0} 1 ${point(Math.max(to, from + 0.001))}`;
}

// -- what moves beside the knobs -------------------------------------------------------------------------------------

class GainReduction extends Moving {
  build() { this.innerHTML = "<span class=\"bar\"></span><span class=\"words\"></span>"; }
  show(frame) {
    const node = frame.nodes[this.getAttribute("node")];
    if (!node) { // the other side of A/B is heard
      this.querySelector(".bar").style.width = "0";
      this.querySelector(".words").textContent = "not heard now";
      return;
    }
    const [load, reduction] = node;
    this.querySelector(".bar").style.width = reduction === null ? "0" : `${clamp(reduction / 24, 0, 1) * 100}%`;
    const parts = [`load ${(100 * load).toFixed(1)} %`];
    if (reduction !== null) parts.unshift(`GR ${reduction.toFixed(1)} dB`);
    this.querySelector(".words").textContent = parts.join(" · ");
  }
}

class Place extends Moving {
  show(frame) {
    const { position, length, rolling, speed } = frame.at;
    const how = rolling ? (speed === 1 ? "" : ` × ${speed}`) : " paused";
    this.textContent = length ? `${clock(position)} / ${clock(length)}${how}` : "live input";
  }
}

class Sentence extends Moving {
  show(frame) {
    const of = frame.statistics;
    if (!of || of.xruns === undefined) return;
    const load = of.load === null ? "n/a" : `${(100 * of.load).toFixed(0)} %`;
    this.textContent = `xruns ${of.xruns} · missed ${of.missed} · restarts ${of.restarts} · load ${load} · ` +
                       `latency ${of.latency.toFixed(1)} ms`;
  }
}

class SideSentence extends Moving {
  show(frame) {
    const side = frame.statistics && frame.statistics.side;
    if (!side) return;
    const words = [side.blind ? "blind test" : `hearing ${side.heard.toUpperCase()}`];
    if (side.difference !== null && !side.blind) words.push(`B − A ${side.difference >= 0 ? "+" : ""}${side.difference.toFixed(1)} LU`);
    if (side.matched) words.push("loudness matched");
    this.textContent = words.join(" · ");
    for (const button of document.querySelectorAll("[data-side]"))
      button.setAttribute("aria-pressed", String(button.dataset.side === side.heard));
    for (const button of document.querySelectorAll("[data-flag=bypassed]"))
      button.setAttribute("aria-pressed", String(frame.bypassed));
    for (const button of document.querySelectorAll("[data-flag=recording]"))
      button.setAttribute("aria-pressed", String(frame.recording !== null));
    for (const button of document.querySelectorAll("[data-flag=loop]"))
      button.setAttribute("aria-pressed", String(frame.at.loop));
    for (const button of document.querySelectorAll("[data-flag=rolling]")) {
      const words = frame.at.rolling ? "Pause" : "Play";
      if (button.textContent !== words) button.textContent = words;
      button.setAttribute("aria-label", `${words} (Space)`);
    }
    document.body.classList.toggle("ap-rolling", frame.at.rolling);
  }
}

// -- the waveform ----------------------------------------------------------------------------------------------------

class Canvas extends Moving {
  build() {
    this.canvas = document.createElement("canvas");
    this.append(this.canvas);
    new ResizeObserver(() => this.fit()).observe(this);
  }
  fit() {
    const box = this.getBoundingClientRect();
    const scale = window.devicePixelRatio || 1;
    this.width = Math.max(1, box.width);
    this.height = Math.max(1, box.height);
    this.canvas.width = this.width * scale;
    this.canvas.height = this.height * scale;
    this.pen = this.canvas.getContext("2d");
    this.pen.setTransform(scale, 0, 0, scale, 0, 0);
    this.pen.font = "12px system-ui, sans-serif";
    this.fitted();
    if (latest) this.show(latest);
  }
  fitted() {}
}

// Overview above, detail below. Click to go there; drag in the detail to loop; the wheel zooms; Alt-click sets a marker.
class Wave extends Canvas {
  build() {
    super.build();
    this.view = null;
    this.whole = null;
    this.detail = null;
    this.setAttribute("role", "application");
    this.setAttribute("tabindex", "0");
    this.setAttribute("aria-label", "Waveform: arrow keys move by a second, plus and minus zoom, M sets a marker, [ and ] set the loop");
    this.addEventListener("pointerdown", (event) => this.grab(event));
    this.addEventListener("wheel", (event) => { event.preventDefault(); this.zoom(Math.exp(event.deltaY / 400), this.time(event)); },
                          { passive: false });
    this.addEventListener("keydown", (event) => this.key(event));
  }
  fitted() { this.whole = null; this.fetchDetail(); }
  get split() { return this.height * 0.32; }
  async load(start, end) {
    const answer = await fetch(`/waveform?start=${start}&end=${end}&columns=${Math.round(this.width)}`);
    return answer.ok ? answer.json() : null;
  }
  async fetchWhole(length) {
    this.length = length;
    this.view = [0, length];
    this.whole = await this.load(0, length);
    this.detail = this.whole;
  }
  fetchDetail() {
    if (!this.view) return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(async () => {
      if (!this.whole) this.whole = await this.load(0, this.length);
      this.detail = await this.load(this.view[0], this.view[1]);
    }, 60);
  }
  time(event) {
    const box = this.getBoundingClientRect();
    const x = clamp((event.clientX - box.left) / box.width, 0, 1);
    const inDetail = event.clientY - box.top > this.split;
    const [from, to] = inDetail && this.view ? this.view : [0, this.length || 0];
    return from + x * (to - from);
  }
  zoom(factor, around) {
    if (!this.view) return;
    const span = clamp((this.view[1] - this.view[0]) * factor, 0.05, this.length);
    const share = (around - this.view[0]) / (this.view[1] - this.view[0]);
    const from = clamp(around - share * span, 0, this.length - span);
    this.view = [from, from + span];
    this.fetchDetail();
  }
  grab(event) {
    if (event.button !== 0 || !this.length) return;
    const begin = this.time(event);
    if (event.altKey) { say({ do: "mark", position: begin }); return; }
    this.setPointerCapture(event.pointerId);
    const move = (next) => { this.drag = [begin, this.time(next)].sort((a, b) => a - b); };
    const drop = () => {
      this.removeEventListener("pointermove", move);
      const span = this.drag ? this.drag[1] - this.drag[0] : 0;
      const pixels = this.view ? span / (this.view[1] - this.view[0]) * this.width : 0;
      if (pixels > 6) say({ do: "loop", on: true, region: this.drag });
      else say({ do: "locate", position: begin });
      this.drag = null;
    };
    this.addEventListener("pointermove", move);
    this.addEventListener("pointerup", drop, { once: true });
  }
  key(event) {
    const at = latest ? latest.at : null;
    if (!at) return;
    const done = {
      ArrowLeft: () => say({ do: "seek", by: event.shiftKey ? -0.1 : -1 }),
      ArrowRight: () => say({ do: "seek", by: event.shiftKey ? 0.1 : 1 }),
      "+": () => this.zoom(0.5, at.position), "-": () => this.zoom(2, at.position),
      "[": () => { this.left = at.position; },
      "]": () => say({ do: "loop", on: true, region: [Math.min(this.left || 0, at.position - 0.05), at.position] }),
    }[event.key];
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
    done();
  }
  show(frame) {
    if (!this.pen) return;
    const { position, length, region, loop } = frame.at;
    if (length && (length !== this.length || frame.structure !== this.structure)) {
      this.structure = frame.structure;
      this.fetchWhole(length);
    }
    const { pen, width, height, split } = this;
    pen.fillStyle = color("--ap-panel");
    pen.fillRect(0, 0, width, height);
    if (!this.view) return;
    const [from, to] = this.view;
    const rows = [[0, length, 0, split - 2, this.whole], [from, to, split + 2, height, this.detail]];
    for (const [start, end, top, bottom, data] of rows) {
      const at = (time) => (time - start) / (end - start) * width;
      const shown = this.drag || (loop ? region : null);
      if (shown) {
        pen.fillStyle = color("--ap-loop");
        pen.fillRect(at(shown[0]), top, Math.max(1, at(shown[1]) - at(shown[0])), bottom - top);
      }
      if (data) this.curve(data, at, top, bottom);
      pen.fillStyle = color("--ap-ink");
      for (const marker of frame.markers) {
        pen.fillRect(at(marker), top, 1, bottom - top);
        pen.beginPath();
        pen.moveTo(at(marker) - 4, top); pen.lineTo(at(marker) + 5, top); pen.lineTo(at(marker), top + 7);
        pen.fill();
      }
      pen.fillStyle = color("--ap-now");
      pen.fillRect(at(position) - 1, top, 2, bottom - top);
    }
    const scale = width / length;
    pen.strokeStyle = color("--ap-ink");
    pen.lineWidth = 1;
    if (to - from < length) pen.strokeRect(from * scale + 0.5, 0.5, Math.max(2, (to - from) * scale - 1), split - 3);
  }
  curve(data, at, top, bottom) {
    const { pen } = this;
    const middle = (top + bottom) / 2, half = (bottom - top) / 2 - 1;
    const step = (data.end - data.start) / Math.max(1, data.low.length);
    pen.fillStyle = color("--ap-wave");
    for (let i = 0; i < data.low.length; i++) {
      const x = at(data.start + i * step);
      if (x < -2 || x > this.width + 2) continue;
      const high = middle - half * data.high[i] / 127, low = middle - half * data.low[i] / 127;
      pen.fillRect(x, high, Math.max(1, at(data.start + (i + 1) * step) - x), Math.max(1, low - high));
    }
  }
}

// -- meters ----------------------------------------------------------------------------------------------------------

const LOWEST = -60;
const level = (value, height) => (value === null || value === undefined ? height : height * clamp(value / LOWEST, 0, 1));

class Meters extends Canvas {
  build() {
    super.build();
    this.setAttribute("role", "img");
    this.band = JSON.parse(this.getAttribute("band") || "null");
    this.holds = [];
  }
  show(frame) {
    const out = frame.output;
    if (!this.pen || !out || !out.peaks) return;
    const { pen, width, height } = this;
    const bottom = height - 18, top = 6, tall = bottom - top;
    pen.fillStyle = color("--ap-panel");
    pen.fillRect(0, 0, width, height);
    const bars = [...out.peaks.map((peak, i) => [peak, `${i + 1}`, "peak"]), [out.m, "M", "loud"], [out.s, "S", "loud"]];
    const each = (width - 34) / bars.length;
    pen.textAlign = "right";
    pen.fillStyle = color("--ap-soft");
    for (let mark = 0; mark >= LOWEST; mark -= 10) {
      pen.fillText(String(mark), 26, top + level(mark, tall) + 4);
      pen.fillRect(30, top + level(mark, tall), width - 30, 0.5);
    }
    pen.textAlign = "center";
    bars.forEach(([value, name, kind], i) => {
      const x = 34 + i * each + 2, wide = Math.min(28, each - 5);
      const band = kind === "loud" && this.band;
      if (band && (band.lowest_lufs !== null || band.highest_lufs !== null)) {
        const high = level(band.highest_lufs === null ? 0 : band.highest_lufs, tall);
        const low = level(band.lowest_lufs === null ? LOWEST : band.lowest_lufs, tall);
        pen.fillStyle = color("--ap-band");
        pen.fillRect(x - 2, top + high, wide + 4, Math.max(3, low - high));
      }
      if (kind === "peak") this.holds[i] = Math.max(value === null ? -200 : value, (this.holds[i] === undefined ? -200 : this.holds[i]) - 0.4);
      const over = kind === "peak" && this.band && this.band.ceiling_dbtp !== null && value !== null && value > this.band.ceiling_dbtp;
      pen.fillStyle = color(over ? "--ap-over" : kind === "peak" ? "--ap-wave" : "--ap-loud");
      const y = level(value, tall);
      pen.fillRect(x, top + y, wide, tall - y);
      if (kind === "peak") {
        pen.fillStyle = color("--ap-ink");
        pen.fillRect(x, top + level(this.holds[i], tall), wide, 1.5);
        if (this.band && this.band.ceiling_dbtp !== null) {
          pen.strokeStyle = color("--ap-over");
          pen.setLineDash([3, 2]);
          pen.beginPath();
          pen.moveTo(x - 2, top + level(this.band.ceiling_dbtp, tall)); pen.lineTo(x + wide + 2, top + level(this.band.ceiling_dbtp, tall));
          pen.stroke();
          pen.setLineDash([]);
        }
      }
      pen.fillStyle = color("--ap-ink");
      pen.fillText(name, x + wide / 2, height - 4);
    });
    const now = Date.now();
    if (now - (this.saidAt || 0) > 1000) {
      this.saidAt = now;
      this.setAttribute("aria-label", `Output: momentary ${told(out.m)}, short-term ${told(out.s)} LUFS`);
    }
  }
}

class Numbers extends Moving {
  build() {
    this.band = JSON.parse(this.getAttribute("band") || "null");
    const rows = [["i", "Integrated", "LUFS"], ["s", "Short-term", "LUFS"], ["m", "Momentary", "LUFS"], ["lra", "Range", "LU"],
                  ["tp", "True peak", "dBTP"], ["sMax", "S max", "LUFS"], ["mMax", "M max", "LUFS"], ["corr", "Correlation", ""]];
    this.innerHTML = `<dl>${rows.map(([key, name, unit]) =>
      `<div data-key="${key}"><dt>${name}</dt><dd><b>n/a</b> <span>${unit}</span> <i></i></dd></div>`).join("")}</dl>`;
    this.cells = Object.fromEntries(rows.map(([key]) => [key, this.querySelector(`[data-key=${key}]`)]));
  }
  show(frame) {
    const out = frame.output;
    if (!out || !out.peaks) return;
    for (const [key, cell] of Object.entries(this.cells)) {
      const text = told(out[key], key === "corr" ? 2 : 1);
      const number = cell.querySelector("b");
      if (number.textContent !== text) number.textContent = text;
      const verdict = this.verdict(key, out[key]);
      const sign = cell.querySelector("i");
      if (sign.textContent !== verdict) { sign.textContent = verdict; cell.classList.toggle("off", verdict !== "" && verdict !== "✓"); }
    }
  }
  verdict(key, value) {
    const band = this.band;
    if (!band || value === null || value === undefined) return "";
    if (key === "i") {
      if (band.highest_lufs === null && band.lowest_lufs === null) return "";
      if (band.highest_lufs !== null && value > band.highest_lufs + 0.05) return "▲ too loud";
      if (band.lowest_lufs !== null && value < band.lowest_lufs - 0.05) return "▼ too quiet";
      return "✓";
    }
    if (key === "tp" && band.ceiling_dbtp !== null) return value > band.ceiling_dbtp ? "▲ over" : "✓";
    return "";
  }
}

class History extends Canvas {
  build() {
    super.build();
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", "Loudness of the last minute");
    this.band = JSON.parse(this.getAttribute("band") || "null");
    this.readings = [];
  }
  show(frame) {
    const out = frame.output;
    const now = Date.now();
    if (!out || !out.peaks || now - (this.at || 0) < 95) return;
    this.at = now;
    this.readings.push([out.m, out.s]);
    if (this.readings.length > 600) this.readings.shift();
    const { pen, width, height } = this;
    if (!pen) return;
    pen.fillStyle = color("--ap-panel");
    pen.fillRect(0, 0, width, height);
    const y = (value) => level(value, height);
    if (this.band && this.band.highest_lufs !== null) {
      const low = this.band.lowest_lufs === null ? LOWEST : this.band.lowest_lufs;
      pen.fillStyle = color("--ap-band");
      pen.fillRect(0, y(this.band.highest_lufs), width, Math.max(3, y(low) - y(this.band.highest_lufs)));
    }
    for (const [index, name, wide] of [[0, "--ap-wave", 1], [1, "--ap-loud", 2]]) {
      pen.strokeStyle = color(name);
      pen.lineWidth = wide;
      pen.beginPath();
      this.readings.forEach((reading, i) => {
        const x = width - (this.readings.length - i) * width / 600;
        if (i) pen.lineTo(x, y(reading[index])); else pen.moveTo(x, y(reading[index]));
      });
      pen.stroke();
    }
    pen.fillStyle = color("--ap-soft");
    pen.textAlign = "left";
    pen.fillText("M thin, S thick, last minute", 4, height - 4);
  }
}

class Spectrum extends Canvas {
  build() {
    super.build();
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", "Spectrum of the output in thirds of an octave, and its course");
    this.picture = document.createElement("canvas");
    this.picture.width = 240;
    this.picture.height = 31;
  }
  show(frame) {
    const bands = frame.output && frame.output.spectrum;
    if (!bands || !this.pen) return;
    const { pen, width, height } = this;
    const tall = height * 0.55;
    pen.fillStyle = color("--ap-panel");
    pen.fillRect(0, 0, width, height);
    const each = width / bands.length;
    pen.fillStyle = color("--ap-wave");
    bands.forEach((value, i) => {
      const y = value === null ? tall : tall * clamp(value / -90, 0, 1);
      pen.fillRect(i * each, y, each - 1, tall - y);
    });
    const brush = this.picture.getContext("2d");
    brush.drawImage(this.picture, -1, 0);
    bands.forEach((value, i) => {
      const share = value === null ? 0 : 1 - clamp(value / -90, 0, 1);
      brush.fillStyle = `hsl(${250 - 200 * share} 80% ${8 + 62 * share}%)`;
      brush.fillRect(239, 30 - i, 1, 1);
    });
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.picture, 0, tall + 14, width, height - tall - 14);
    pen.fillStyle = color("--ap-soft");
    pen.textAlign = "center";
    for (const [band, name] of [[7, "100"], [17, "1k"], [27, "10k"]]) pen.fillText(name, (band + 0.5) * each, tall + 11);
  }
}

for (const [name, kind] of Object.entries({
  "ap-knob": Knob, "ap-gr": GainReduction, "ap-place": Place, "ap-statistics": Sentence, "ap-side": SideSentence,
  "ap-wave": Wave, "ap-meters": Meters, "ap-numbers": Numbers, "ap-history": History, "ap-spectrum": Spectrum,
})) customElements.define(name, kind);

// -- keys and dragging -----------------------------------------------------------------------------------------------

const KEYS = {
  " ": { do: "play" }, a: { do: "switch", side: "a" }, b: { do: "switch", side: "b" }, x: { do: "switch", side: "x" },
  "0": { do: "bypass" }, n: { do: "next" }, p: { do: "previous" }, r: { do: "record" }, k: { do: "keep", seconds: 30 },
  z: { do: "undo" }, Z: { do: "redo" }, y: { do: "redo" }, t: { do: "take" }, m: { do: "mark" }, l: { do: "loop", on: true },
  i: { do: "reset_meters" },
};

document.addEventListener("keydown", (event) => {
  const tag = event.target.tagName;
  if (["INPUT", "TEXTAREA", "SELECT"].includes(tag) || event.target.isContentEditable) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "z" || event.key === "Z") { event.preventDefault(); say({ do: event.shiftKey ? "redo" : "undo" }); }
    return;
  }
  if (event.altKey || (event.key === " " && ["BUTTON", "A", "SUMMARY"].includes(tag))) return;
  if (document.querySelector(".q-dialog")) return;
  if (event.key >= "1" && event.key <= "9") {
    const snapshots = document.querySelectorAll("[data-snapshot]");
    const chosen = snapshots[Number(event.key) - 1];
    if (chosen) say({ do: "recall", name: chosen.dataset.snapshot });
    return;
  }
  const word = KEYS[event.key];
  if (!word) return;
  event.preventDefault();
  say(word.do === "loop" ? { do: "loop", on: !(latest && latest.at.loop) } : word);
});

// In a dialog the arrow keys go from row to row; in the list of chains each is heard as it is reached.
let auditioning = 0;
document.addEventListener("keydown", (event) => {
  const dialog = document.querySelector(".q-dialog .ap-dialog");
  if (!dialog || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const rows = [...dialog.querySelectorAll(".ap-row")];
  const at = rows.indexOf(document.activeElement);
  const next = rows[clamp(at + (event.key === "ArrowDown" ? 1 : -1), 0, rows.length - 1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
  if (!next.dataset.chain) return;
  clearTimeout(auditioning);
  auditioning = setTimeout(() => say({ do: "audition", name: next.dataset.chain }), 200);
});

let carried = null;
document.addEventListener("dragstart", (event) => {
  const card = event.target.closest && event.target.closest("[data-node]");
  if (!card) return;
  carried = card.dataset.node;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", carried);
});
document.addEventListener("dragover", (event) => {
  const card = carried && event.target.closest && event.target.closest("[data-node]");
  for (const each of document.querySelectorAll(".ap-drop")) each.classList.remove("ap-drop");
  if (!card || card.dataset.node === carried) return;
  event.preventDefault();
  card.classList.add("ap-drop");
});
document.addEventListener("drop", (event) => {
  const card = carried && event.target.closest && event.target.closest("[data-node]");
  if (card && card.dataset.node !== carried) {
    event.preventDefault();
    const box = card.getBoundingClientRect();
    const before = event.clientX < box.left + box.width / 2;
    say({ do: "move", name: carried, [before ? "before" : "after"]: card.dataset.node });
  }
});
document.addEventListener("dragend", () => {
  carried = null;
  for (const each of document.querySelectorAll(".ap-drop")) each.classList.remove("ap-drop");
});

connect();
