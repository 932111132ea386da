// A folder that is dropped on the batch page, or chosen with the browser's own dialog: its files are sent one by one.

const SOUND = /\.(wav|wave|flac|aiff?|caf|ogg|opus|mp3|w64|rf64)$/i;

class Drop extends HTMLElement {
  connectedCallback() {
    if (this.built) return;
    this.built = true;
    this.innerHTML = `
      <p><b>Drop a folder of stems here</b></p>
      <p class="ap-soft">or <label class="ap-choose">choose one<input type="file" webkitdirectory multiple
        aria-label="Choose a folder of stems"></label>; it is copied beside your recordings</p>
      <progress max="1" value="0" aria-label="Taking in" hidden></progress><p class="words" role="status"></p>`;
    this.words = this.querySelector(".words");
    this.bar = this.querySelector("progress");
    const input = this.querySelector("input");
    input.addEventListener("change", () => {
      const files = [...input.files];
      const name = files.length ? files[0].webkitRelativePath.split("/")[0] : "";
      this.send(name || "stems", files);
      input.value = "";
    });
    this.addEventListener("dragover", (event) => { event.preventDefault(); this.classList.add("over"); });
    this.addEventListener("dragleave", () => this.classList.remove("over"));
    this.addEventListener("drop", async (event) => {
      event.preventDefault();
      this.classList.remove("over");
      const { name, files } = await dropped(event.dataTransfer);
      this.send(name, files);
    });
  }
  async send(name, all) {
    if (this.busy) return;
    const files = all.filter((file) => SOUND.test(file.name) && !file.name.startsWith("."));
    if (!files.length) { this.words.textContent = "There is no sound file in it."; return; }
    this.busy = true;
    this.bar.hidden = false;
    const wrong = [];
    try {
      const folder = await asked(`/batch/drop?name=${encodeURIComponent(name)}`, "POST");
      for (const [index, file] of files.entries()) {
        this.bar.value = index / files.length;
        this.words.textContent = `Taking in ${file.name}, ${index + 1} of ${files.length}`;
        try {
          await asked(`/batch/drop/${folder.folder}?name=${encodeURIComponent(file.name)}`, "PUT", file);
        } catch (error) { wrong.push(error.message); }
      }
      const taken = files.length - wrong.length;
      this.words.textContent = [`${taken} of ${files.length} files taken in.`, ...wrong].join(" ");
      if (taken) emitEvent("ap-dropped", folder.folder);
    } catch (error) {
      this.words.textContent = error.message;
    } finally {
      this.busy = false;
      this.bar.hidden = true;
    }
  }
}

async function asked(address, method, body) {
  const answer = await fetch(address, { method, body });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.detail);
  return found;
}

// The files of what was dropped: those of a folder, or files by themselves.
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
  const folder = entries.find((entry) => entry.isDirectory);
  if (!folder) return { name: "stems", files: [...transfer.files] };
  const reader = folder.createReader();
  const files = [];
  for (;;) { // a reader gives a hundred entries at a time
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return { name: folder.name, files };
    const plain = some.filter((entry) => entry.isFile);
    files.push(...await Promise.all(plain.map((entry) => new Promise((resolve, reject) => entry.file(resolve, reject)))));
  }
}

customElements.define("ap-drop", Drop);
