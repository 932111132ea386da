// The socket to the session, and what every moving part is made of.
// A word to the session is a small object: {do: "turn", ...}; thirty times a second a frame comes back.

const listeners = new Set();
let socket = null;
let latest = null;

export function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/live`);
  socket.onmessage = (event) => {
    const frame = JSON.parse(event.data);
    if (!frame.at) return; // a session that is built anew has nothing to show yet
    latest = frame;
    for (const listener of listeners) listener(latest);
  };
  socket.onopen = () => document.body.classList.remove("ap-away");
  socket.onclose = () => { document.body.classList.add("ap-away"); setTimeout(connect, 1000); };
}

export function say(word) {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(word));
}

// A fader that is drawn sends many words: the newest of them is enough, ten times a second.
const soon = new Map();
export function saySoon(word) {
  const key = `${word.do} ${word.name || word.path || ""}`;
  if (!soon.has(key)) setTimeout(() => { say(soon.get(key)); soon.delete(key); }, 100);
  soon.set(key, word);
}

export const newest = () => latest;
window.audiopost = { say, saySoon, latest: newest };

export const color = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
export const told = (value, digits = 1) => (value === null || value === undefined ? "n/a" : value.toFixed(digits));

export function clock(seconds) {
  const whole = Math.max(0, seconds);
  const minutes = Math.floor(whole / 60);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}:` +
         (whole % 60).toFixed(2).padStart(5, "0");
}

export class Moving extends HTMLElement {
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
