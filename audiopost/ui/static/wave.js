// The waveform.

import { Canvas } from "./canvas.js";
import { clamp, clock, color, newest, say } from "./socket.js";

// Overview above, detail below. Click to go there; drag in the detail to loop; the wheel zooms; Alt-click sets a marker.
export class Wave extends Canvas {
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
    const at = newest() ? newest().at : null;
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
    if (length && (length !== this.length || frame.material !== this.material)) {
      this.material = frame.material;
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
    this.ruler(from, to, split);
    const scale = width / length;
    pen.strokeStyle = color("--ap-ink");
    pen.lineWidth = 1;
    if (to - from < length) pen.strokeRect(from * scale + 0.5, 0.5, Math.max(2, (to - from) * scale - 1), split - 3);
  }
  ruler(from, to, top) {
    const { pen, width, height } = this;
    const wanted = (to - from) / (width / 110);
    const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].find((each) => each >= wanted) || 7200;
    pen.fillStyle = color("--ap-soft");
    pen.textAlign = "left";
    for (let time = Math.ceil(from / step) * step; time < to; time += step) {
      const x = (time - from) / (to - from) * width;
      pen.fillRect(x, height - 5, 1, 5);
      if (width - x > 60) pen.fillText(clock(time).slice(3, step < 0.1 ? 11 : step < 1 ? 10 : 8), x + 4, height - 2);
    }
    pen.fillRect(0, top, width, 0.5);
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
