// Meters, numbers, history and spectrum.

import { Canvas } from "./canvas.js";
import { Moving, clamp, color, told } from "./socket.js";

const LOWEST = -60;
const level = (value, height) => (value === null || value === undefined ? height : height * clamp(value / LOWEST, 0, 1));

export class Meters extends Canvas {
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
    const each = Math.min(64, (width - 34) / bars.length);
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

export class Numbers extends Moving {
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

export class History extends Canvas {
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
    pen.textAlign = "right";
    for (const mark of [-20, -40]) {
      pen.fillRect(0, y(mark), width, 0.5);
      pen.fillText(String(mark), width - 2, y(mark) - 2);
    }
  }
}

export class Spectrum extends Canvas {
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
