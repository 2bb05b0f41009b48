// What a channel answers to: the examples that excite it most, and the classes it tells from the rest.
import { readBlob } from "../drawing/blob.js";
import { isDark, stopsOn } from "../player/theme.js";
import { focusAgain, focusIn } from "../viewer/build.js";
import { living } from "../viewer/living.js";
import { Sound, transport } from "../viewer/sound.js";
import { build, classLine, tileOf } from "./build.js";
import { lastChosen, listen } from "./chosen.js";
import { boxOf, ranked } from "./patch.js";
import { Painter } from "./painter.js";
import { small } from "./histogram.js";
import { spreadOf } from "./spread.js";
import { areaWords, hintWords, spreadWords, titleWords } from "./words.js";

export class Answers {
  /** @type {AnswersScene} */
  scene;
  /** @type {Painter} */
  painter;
  /** @type {Tell} */
  tell;
  stage = "";
  channel = 0;
  loaded = 0;
  one = ""; // the class whose values are drawn over all; without a name that which the channel tells best

  /** @param {HTMLElement & {answers?: Answers}} root */
  constructor(root) {
    this.root = root;
    this.ui = build(root);
    this.ui.stage.addEventListener("change", () => this.show(this.ui.stage.value, this.channel));
    this.ui.channel.addEventListener("change", () => this.show(this.stage, Number(this.ui.channel.value)));
    this.ui.body.addEventListener("keydown", (event) => event.stopPropagation()); // Streamlit has keys of its own
    this.deaf = listen(({ stage, channel }) => this.scene?.meta.clips || this.show(stage, channel)); // of clips there is one channel
    root.answers = this; // a handle for tests and for the curious
  }

  /** @param {AnswersScene} scene @param {Tell} tell */
  load(scene, tell) {
    this.tell = tell;
    const { meta } = scene;
    const known = this.scene && this.stage in meta.stages && !meta.clips;
    this.scene = scene;
    this.ui.controls.hidden = Boolean(meta.clips);
    this.ui.body.classList.toggle("clips", Boolean(meta.clips));
    this.ui.stage.replaceChildren(...Object.keys(meta.stages).map((name) => new Option(name, name)));
    this.theme();
    const chosen = known || meta.clips ? null : lastChosen();
    if (chosen && chosen.stage in meta.stages) this.show(chosen.stage, chosen.channel);
    else this.show(known ? this.stage : meta.stage, known ? this.channel : meta.channel);
    this.loaded += 1;
  }

  theme() {
    this.painter = new Painter(this.scene, stopsOn(this.scene.meta.palette, isDark(this.root)));
  }

  /** The tables of the stage that is shown. */
  get tables() {
    const { tensors, meta } = this.scene;
    const i = meta.stages[this.stage];
    return { value: tensors[`value.${i}`], which: tensors[`which.${i}`], box: tensors[`box.${i}`], auc: tensors[`auc.${i}`] };
  }

  /** Another channel; of a stage that is not known here, nothing. @param {string} stage @param {number} channel */
  show(stage, channel) {
    const { meta } = this.scene;
    if (!(stage in meta.stages)) return;
    this.stage = stage;
    const channels = meta.clips?.channels ?? this.tables.value.shape[0];
    this.channel = Math.max(0, Math.min(Number.isInteger(channel) ? channel : 0, channels - 1));
    const held = focusIn(this.root);
    Object.assign(this.ui.channel, { max: channels - 1, value: this.channel });
    this.ui.stage.value = stage;
    this.ui.title.textContent = titleWords(stage, this.channel);
    this.drawTiles();
    this.drawClasses();
    focusAgain(this.ui.body, held);
    this.root.dataset.ready = `${stage}.${this.channel}`;
  }

  /** In which row of the tables the channel stands. */
  get row() {
    return this.scene.meta.clips ? 0 : this.channel;
  }

  drawTiles() {
    const { value, which, box } = this.tables;
    const k = value.shape[1];
    const places = Array.from({ length: k }, (_, j) => this.row * k + j).filter((at) => which.data[at] >= 0 && value.data[at] !== 0);
    const tiles = places.map((at, j) => {
      const what = { label: this.scene.meta.labels[which.data[at]], name: this.scene.meta.clips?.names?.[which.data[at]] ?? "" };
      const sounds = `samples.${which.data[at]}` in this.scene.tensors;
      const tile = tileOf(this.scene.meta, { ...what, sounds, value: value.data[at], place: j });
      this.painter.paint(tile, which.data[at], boxOf(box, this.row, at - this.row * k));
      tile.open?.addEventListener("click", () => this.tell("opened", { tile: which.data[at] }));
      if (tile.hear) tile.hear.addEventListener("click", () => this.hear(which.data[at]));
      return tile.element;
    });
    this.ui.tiles.replaceChildren(...tiles);
    this.ui.hint.textContent = hintWords(this.scene.meta, tiles.length);
    this.ui.area.textContent = areaWords(this.scene.meta);
  }

  /** Let a clip be heard. @param {number} i */
  hear(i) {
    const { clips } = this.scene.meta;
    if (!clips) return;
    const samples = this.scene.tensors[`samples.${i}`].data;
    const length = samples.length / clips.rate;
    transport.hearAlone(new Sound(samples, clips.rate, length), length);
  }

  /** The classes, each with its values over all; one of them is drawn large. */
  drawClasses() {
    const { data, shape } = this.tables.auc;
    const { classes, stages, shares, each } = this.scene.meta;
    const areas = data.subarray(this.row * shape[1], (this.row + 1) * shape[1]);
    const order = ranked(areas);
    const spread = spreadOf(this.scene.tensors, stages[this.stage], this.row);
    const one = classes.includes(this.one) ? classes.indexOf(this.one) : order[0] ?? -1;
    const how = (/** @type {number} */ i) =>
      spread && { spread: small(spread, i, shares), chosen: i === one, choose: () => this.choose(classes[i]) };
    this.ui.classes.replaceChildren(...order.map((i) => classLine(classes[i], areas[i], how(i))));
    for (const part of [this.ui.spreadTitle, this.ui.spreadHint, this.ui.histogram.element]) part.hidden = !spread;
    if (!spread) return;
    this.ui.spreadHint.textContent = spreadWords(each);
    this.ui.histogram.show(spread, { steps: shares, one, name: classes[one] ?? "", each });
  }

  /** Draw the values of another class large. @param {string} name */
  choose(name) {
    this.one = name;
    const held = focusIn(this.root);
    this.drawClasses();
    focusAgain(this.ui.body, held);
  }

  stop() {
    this.deaf();
    this.ui.body.remove();
  }
}

/** Show what `make_panel` gives in an element. */
export const play = living(Answers, readBlob);
