// The moving parts of the console; everything else is built by the page itself.

import "./keys.js";
import { Knob } from "./knob.js";
import { History, Meters, Numbers, Spectrum } from "./meters.js";
import { Scene } from "./scene.js";
import { connect } from "./socket.js";
import { Wave } from "./wave.js";
import { GainReduction, Place, Sentence, SideSentence } from "./words.js";

for (const [name, kind] of Object.entries({
  "ap-knob": Knob, "ap-gr": GainReduction, "ap-place": Place, "ap-statistics": Sentence, "ap-side": SideSentence,
  "ap-wave": Wave, "ap-scene": Scene, "ap-meters": Meters, "ap-numbers": Numbers, "ap-history": History, "ap-spectrum": Spectrum,
})) customElements.define(name, kind);

connect();
