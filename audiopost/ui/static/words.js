// What moves beside the knobs: the place, the counts, what is heard, gain reduction and load.

import { Moving, clamp, clock } from "./socket.js";

export class GainReduction extends Moving {
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

export class Place extends Moving {
  show(frame) {
    const { position, length, rolling, speed } = frame.at;
    const how = rolling ? (speed === 1 ? "" : ` × ${speed}`) : " paused";
    this.textContent = length ? `${clock(position)} / ${clock(length)}${how}` : frame.at.input;
  }
}

export class Sentence extends Moving {
  show(frame) {
    const of = frame.statistics;
    if (!of || of.xruns === undefined) return;
    const load = of.load === null ? "n/a" : `${(100 * of.load).toFixed(0)} %`;
    this.textContent = `xruns ${of.xruns} · missed ${of.missed} · restarts ${of.restarts} · load ${load} · ` +
                       `latency ${of.latency.toFixed(1)} ms`;
  }
}

export class SideSentence extends Moving {
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
    {
      button.setAttribute("aria-pressed", String(frame.recording !== null || frame.preRoll));
      const label = button.querySelector("div") || button;
      const words = frame.preRoll ? "Pre-roll" : "Record";
      if (label.textContent !== words) label.textContent = words;
    }
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
