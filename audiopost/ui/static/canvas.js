// A moving part that is drawn.

import { Moving, newest } from "./socket.js";

export class Canvas extends Moving {
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
    if (newest()) this.show(newest());
  }
  fitted() {}
}
