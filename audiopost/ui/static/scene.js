// The scene: from above and from the right, with every source that can be moved, the listener's head, and how loud each
// loudspeaker is. A source is dragged, or moved by the arrow keys (Page up and down: height; Shift is finer). While a path is
// drawn, a drag, or keys until Enter, become automation: times and places as they were, or stretched to a length.

import { Moving, clamp, say } from "./socket.js";

const ZOOMS = [2.5, 5, 10, 20, 50, 100, 200];
const DEGREES = Math.PI / 180;
const SETTLES_MS = 400;
const SAMPLED_MS = 12;
const MOST_SAMPLES = 1000;

export class Scene extends Moving {
  build() {
    this.places = JSON.parse(this.getAttribute("places"));
    this.loudspeakers = JSON.parse(this.getAttribute("loudspeakers"));
    this.values = JSON.parse(this.getAttribute("values"));
    this.paths = JSON.parse(this.getAttribute("paths"));
    this.zoom = 5;
    this.innerHTML = `<div class="views">${["above", "from the right"].map((view, index) => `
      <figure><svg viewBox="-110 -110 220 220" role="group" aria-label="Seen ${view}">
        <circle class="ring" r="100"/><circle class="ring" r="50"/><path class="ring" d="M -100 0 H 100 M 0 -100 V 100"/>
        <g class="paths"></g>
        <g class="loud"></g><g class="ears">${index ? '<circle r="7"/><path d="M 6 -2 L 13 0 L 6 2"/>'
          : '<circle r="7"/><path d="M -2 -6 L 0 -13 L 2 -6"/>'}</g><g class="sources"></g>
        <text class="scale" x="100" y="106" text-anchor="end"></text></svg>
        <figcaption>${view}</figcaption></figure>`).join("")}</div><div class="ap-tools">
      <button type="button" class="draw" aria-pressed="false">Draw a path</button>
      <label>over <input type="number" class="length" min="0.1" max="3600" step="0.1" placeholder="as drawn"
        aria-label="Length of the path in seconds; empty: as it is drawn"> s</label>
      <button type="button" class="again" aria-label="Play the paths again">Again</button>
      <button type="button" class="energy" aria-pressed="false" hidden>Energy map</button></div>
      <figure class="map" hidden><canvas role="img"></canvas>
        <figcaption>behind · left · ahead · right · behind; brighter is louder, 30 dB in all</figcaption></figure>
      <p class="ap-soft status" role="status"></p>`;
    this.tools();
    this.views = [...this.querySelectorAll("svg")];
    for (const [number, place] of this.places.entries()) {
      place.marks = this.views.map((view, side) => this.mark(place, number, view, side));
      place.lines = this.views.map((view) => {
        const line = document.createElementNS(view.namespaceURI, "polyline");
        view.querySelector(".paths").append(line);
        return line;
      });
    }
    this.speakers = this.loudspeakers.map((at) => at && this.views.map((view, side) => {
      const dot = document.createElementNS(view.namespaceURI, "circle");
      const [ahead, left, up] = toward(at[0], at[1]);
      dot.setAttribute("cx", side ? 100 * ahead : -100 * left);
      dot.setAttribute("cy", side ? -100 * up : -100 * ahead);
      view.querySelector(".loud").append(dot);
      return dot;
    }));
    this.draw();
  }
  tools() {
    const again = this.querySelector(".again");
    this.draws = this.querySelector(".draw");
    this.length = this.querySelector(".length");
    const energy = this.querySelector(".energy");
    energy.hidden = this.getAttribute("energy") !== "true";
    energy.addEventListener("click", () => say({ do: "map", on: energy.ariaPressed !== "true" }));
    again.disabled = !Object.keys(this.paths).length;
    again.addEventListener("click", () => say({ do: "again" }));
    this.draws.addEventListener("click", () => this.ready(this.draws.ariaPressed !== "true"));
    for (const node of Object.keys(this.paths)) {
      const erase = document.createElement("button");
      erase.type = "button";
      erase.textContent = "Erase " + (this.places.findIndex((place) => place.node === node) + 1);
      erase.setAttribute("aria-label", `Erase the path of ${node}`);
      erase.addEventListener("click", () => say({ do: "erase", node }));
      again.after(erase);
    }
  }
  // From which directions the scene sounds: a picture of the sphere unrolled, ahead in the middle.
  showEnergy(levels) {
    const button = this.querySelector(".energy"), map = this.querySelector(".map");
    button.ariaPressed = String(levels !== undefined);
    map.hidden = !levels || !levels.length;
    if (map.hidden) return;
    const columns = Number(this.getAttribute("columns")), rows = Number(this.getAttribute("rows"));
    const canvas = map.firstElementChild, loudest = Math.max(...levels), at = levels.indexOf(loudest);
    if (canvas.width !== columns * 16) { canvas.width = columns * 16; canvas.height = rows * 16; }
    const pen = canvas.getContext("2d"), silent = loudest <= -100;
    for (const [index, level] of levels.entries()) {
      const share = silent ? 0 : clamp(1 - (loudest - level) / 30, 0, 1);
      pen.fillStyle = `hsl(${250 - 200 * share} 80% ${8 + 62 * share}%)`;
      pen.fillRect((index % columns) * 16, Math.floor(index / columns) * 16, 16, 16);
    }
    if (silent) return;
    const column = at % columns, row = Math.floor(at / columns);
    pen.lineWidth = 2;
    for (const [ink, inset] of [["#000", 1], ["#fff", 3]]) {
      pen.strokeStyle = ink;
      pen.strokeRect(column * 16 + inset, row * 16 + inset, 16 - 2 * inset, 16 - 2 * inset);
    }
    if (performance.now() - (this.spoken ?? -1000) < 1000) return;
    this.spoken = performance.now();
    const azimuth = 180 - column * 360 / columns, elevation = 75 - row * 15;
    canvas.setAttribute("aria-label", `Energy map: loudest ${Math.abs(azimuth)} degrees ${azimuth < 0 ? "right" : "left"}, ${Math.abs(elevation)} ${elevation < 0 ? "down" : "up"}, ${loudest} dBFS`);
  }
  ready(on) {
    this.draws.ariaPressed = String(on);
    this.take = null;
    this.tell(on ? "Drag a source, or move it by keys and end with Enter." : "");
  }
  tell(words) { this.querySelector(".status").textContent = words; }
  // A path that is being drawn: from its first move on, each with its moment.
  begin(place) {
    if (this.draws.ariaPressed !== "true" || place.kind === "head") return;
    this.take = { place, since: performance.now(), times: [], rows: [], moved: new Set(), every: SAMPLED_MS / 1000 };
    this.sample();
    this.tell("Drawing. Escape gives up.");
  }
  sample(last = false) {
    const take = this.take, now = (performance.now() - take.since) / 1000;
    const row = take.place.axes.map((axis) => this.values[axis.path] ?? 0);
    if (!last && take.times.length && now - take.times.at(-1) < take.every) return;
    if (take.times.length >= MOST_SAMPLES) { // a long way is kept more coarsely, all of it alike
      take.times = take.times.filter((_, index) => index % 2 === 0);
      take.rows = take.rows.filter((_, index) => index % 2 === 0);
      take.every *= 2;
    }
    if (last && take.times.length > 1 && now - take.times.at(-1) < 0.001) { take.times.pop(); take.rows.pop(); }
    take.times.push(take.times.length ? now : 0);
    take.rows.push(row);
  }
  finish() {
    const take = this.take;
    if (!take) return;
    this.sample(true);
    this.ready(false);
    if (!take.moved.size) return;
    const length = Number(this.length.value), drawn = take.times.at(-1);
    const stretch = length > 0 && drawn > 0 ? length / drawn : 1;
    const axes = [...take.moved].map((index) => [take.place.axes[index].path, take.rows.map((row) => Number(row[index].toFixed(3)))]);
    say({ do: "draw", node: take.place.node, times: take.times.map((time) => Number((time * stretch).toFixed(5))), coordinates: Object.fromEntries(axes) });
  }
  mark(place, number, view, side) {
    const mark = document.createElementNS(view.namespaceURI, "g");
    mark.classList.add("source", place.kind);
    mark.innerHTML = place.kind === "head" ? '<line x1="0" y1="0" x2="0" y2="-30"/><circle cy="-34" r="7"/>'
      : `<circle r="9"/><text dy="4" text-anchor="middle">${number + 1}</text>`;
    if (place.kind === "head" && side) { view.querySelector(".sources").append(mark); mark.style.display = "none"; return mark; }
    if (side === 0) {
      mark.setAttribute("tabindex", "0");
      mark.setAttribute("role", "button");
      mark.dataset.place = place.node;
      mark.addEventListener("keydown", (event) => this.key(event, place));
    } else mark.setAttribute("aria-hidden", "true");
    mark.addEventListener("pointerdown", (event) => this.grab(event, place, view, side));
    view.querySelector(".sources").append(mark);
    return mark;
  }
  // Where a place is, ahead, left and up: metres, or on the unit sphere.
  spot(place) {
    const at = place.axes.map((axis) => this.values[axis.path] ?? 0);
    if (place.kind === "metres") return at;
    return place.kind === "head" ? toward(at[0], 0) : toward(at[0], at[1]);
  }
  // Where its path leads it at this moment, until a hand moves it after the end.
  led(place) {
    const path = this.paths[place.node];
    if (!path || this.age === null || this.age === undefined || this.take) return;
    const end = path.points.at(-1)[0];
    if (place === this.held || (place.moved && (performance.now() - place.moved) / 1000 < this.age - end)) return;
    const next = path.points.findIndex((point) => point[0] >= this.age);
    const [from, to] = next < 0 ? [path.points.at(-1), path.points.at(-1)] : [path.points[Math.max(0, next - 1)], path.points[next]];
    const share = to[0] > from[0] ? clamp((this.age - from[0]) / (to[0] - from[0]), 0, 1) : 1;
    for (const [index, axis] of place.axes.entries()) {
      const near = Math.abs(to[index + 1] - from[index + 1]) < 180 || place.kind === "metres";
      if (path.moved[index]) this.values[axis.path] = near ? from[index + 1] + share * (to[index + 1] - from[index + 1]) : to[index + 1];
    }
  }
  scale(place) { return place.kind === "metres" ? 100 / this.zoom : 100; }
  put(place, values) {
    place.moved = performance.now();
    for (const [index, axis] of place.axes.entries()) {
      if (values[index] === null || values[index] === undefined) continue;
      const value = clamp(values[index], axis.lowest, axis.highest);
      this.values[axis.path] = value;
      if (this.take) this.take.moved.add(index);
      say({ do: "turn", path: axis.path, position: (value - axis.lowest) / (axis.highest - axis.lowest) });
    }
    if (this.take) this.sample();
    this.draw();
  }
  grab(event, place, view, side) {
    if (event.button !== 0) return;
    event.preventDefault();
    const mark = event.currentTarget;
    mark.setPointerCapture(event.pointerId);
    this.held = place;
    this.begin(place);
    const move = (next) => {
      const box = view.getBoundingClientRect();
      const across = ((next.clientX - box.left) / box.width - 0.5) * 220 / this.scale(place);
      const down = ((next.clientY - box.top) / box.height - 0.5) * 220 / this.scale(place);
      if (place.kind === "metres") this.put(place, side ? [across, null, -down] : [-down, -across, null]);
      else if (side === 0) this.put(place, [Math.atan2(-across, -down) / DEGREES]);
      else this.put(place, [null, clamp(Math.atan2(-down, Math.abs(across)) / DEGREES, -90, 90)]);
    };
    const drop = () => {
      this.held = null;
      this.finish();
      for (const [name, what] of [["pointermove", move], ["pointerup", drop], ["pointercancel", drop]]) mark.removeEventListener(name, what);
    };
    for (const [name, what] of [["pointermove", move], ["pointerup", drop], ["pointercancel", drop]]) mark.addEventListener(name, what);
  }
  key(event, place) {
    const at = place.axes.map((axis) => this.values[axis.path] ?? 0);
    const step = place.kind === "metres" ? (event.shiftKey ? 0.01 : 0.1) * Math.max(1, this.zoom / 5) : event.shiftKey ? 1 : 5;
    const moves = place.kind === "metres"
      ? { ArrowUp: [step, 0, 0], ArrowDown: [-step, 0, 0], ArrowLeft: [0, step, 0], ArrowRight: [0, -step, 0], PageUp: [0, 0, step], PageDown: [0, 0, -step] }
      : { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step], PageUp: [0, step], PageDown: [0, -step] };
    const by = moves[event.key], ends = event.key === "Enter" || event.key === "Escape";
    if (!by && !(ends && this.take)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") return this.finish();
    if (event.key === "Escape") return this.ready(false);
    if (!this.take) this.begin(place);
    this.put(place, at.map((value, index) => place.kind !== "metres" && index === 0 ? around(value + by[0]) : value + by[index]));
  }
  show(frame) {
    this.age = frame.chain;
    this.showEnergy(frame.map);
    if (frame.knobs) {
      for (const place of this.places) {
        // What comes back within a moment is what stood before the last move.
        if (place === this.held || performance.now() - (place.moved ?? -SETTLES_MS) < SETTLES_MS) continue;
        for (const axis of place.axes) {
          const knob = frame.knobs[axis.path];
          if (knob) this.values[axis.path] = axis.lowest + knob[0] * (axis.highest - axis.lowest);
        }
      }
    }
    const led = this.places.filter((place) => this.paths[place.node]);
    for (const place of led) this.led(place);
    if (frame.knobs || led.length) this.draw();
    const peaks = (frame.output && frame.output.peaks) || [];
    for (const [channel, dots] of this.speakers.entries()) {
      if (!dots) continue;
      const level = peaks[channel];
      const share = level === null || level === undefined ? 0 : clamp((level + 60) / 60, 0, 1);
      for (const dot of dots) dot.setAttribute("r", (2 + 10 * share).toFixed(1));
    }
  }
  draw() {
    const inMetres = this.places.filter((place) => place.kind === "metres");
    const along = inMetres.flatMap((place) => (this.paths[place.node]?.points ?? []).map((point) => point.slice(1)));
    const farthest = Math.max(0.1, ...[...along, ...inMetres.map((place) => this.spot(place))].map((at) => Math.max(...at.map(Math.abs))));
    if (!this.held) this.zoom = ZOOMS.find((zoom) => zoom >= farthest * 1.05) || 200;
    for (const view of this.views) view.querySelector(".scale").textContent = inMetres.length ? `${this.zoom} m` : "";
    for (const place of this.places) {
      const [ahead, left, up] = this.spot(place);
      const scale = this.scale(place);
      this.trace(place, scale);
      const at = place.axes.map((axis) => this.values[axis.path] ?? 0);
      if (place.kind === "head") place.marks[0].setAttribute("transform", `rotate(${-at[0]})`);
      else {
        place.marks[0].setAttribute("transform", `translate(${clamp(-left * scale, -104, 104)} ${clamp(-ahead * scale, -104, 104)})`);
        place.marks[1].setAttribute("transform", `translate(${clamp(ahead * scale, -104, 104)} ${clamp(-up * scale, -104, 104)})`);
      }
      const words = place.kind === "metres"
        ? `${told(ahead)} m ${ahead < 0 ? "behind" : "ahead"}, ${told(left)} m ${left < 0 ? "right" : "left"}, ${told(up)} m ${up < 0 ? "below" : "above"}`
        : `${told(at[0])} degrees ${at[0] < 0 ? "right" : "left"}` + (place.kind === "head" ? "" : `, ${told(at[1])} ${at[1] < 0 ? "down" : "up"}`);
      place.marks[0].setAttribute("aria-label", `${place.node}: ${words}`);
    }
  }
  // The line of a path, drawn or being drawn, in both views.
  trace(place, scale) {
    const rows = this.take && this.take.place === place ? this.take.rows : (this.paths[place.node]?.points ?? []).map((point) => point.slice(1));
    const spots = rows.map((row) => (place.kind === "metres" ? row : toward(row[0], row[1] ?? 0)));
    for (const [side, line] of place.lines.entries()) {
      line.setAttribute("points", spots.map(([ahead, left, up]) => (side
        ? `${clamp(ahead * scale, -104, 104).toFixed(1)},${clamp(-up * scale, -104, 104).toFixed(1)}`
        : `${clamp(-left * scale, -104, 104).toFixed(1)},${clamp(-ahead * scale, -104, 104).toFixed(1)}`)).join(" "));
    }
  }
}

const told = (value) => Math.abs(value).toFixed(1);
const around = (degrees) => ((degrees + 180) % 360 + 360) % 360 - 180;
const toward = (azimuth, elevation) => [Math.cos(azimuth * DEGREES) * Math.cos(elevation * DEGREES),
  Math.sin(azimuth * DEGREES) * Math.cos(elevation * DEGREES), Math.sin(elevation * DEGREES)];
