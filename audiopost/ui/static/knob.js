// Knobs.

import { Moving, clamp, say } from "./socket.js";

// Drag up and down or sideways, the wheel, the arrow keys; Shift is finer; double-click or Delete goes to the default;
// Enter types a value.
export class Knob extends Moving {
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
