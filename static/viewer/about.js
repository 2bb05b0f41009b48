// What there is to say about the selected channel: statistics, histogram, kernel.
import { histogram } from "../drawing/charts.js";
import { contextOf } from "../drawing/canvas.js";
import { make } from "./build.js";
import { finiteRange, levelsOf, pixelsOf, scaleOf } from "./picture.js";
import { kernelWords, stateWords, statisticsOf } from "./words.js";
import { _ } from "../words/catalogue.js";
import { brief } from "../words/numbers.js";

/** Statistics, histogram and kernel of the selected channel. @param {Viewer} viewer */
export function drawAbout(viewer) {
  const { meta, tensors } = viewer.scene;
  const width = meta.statistics.length;
  const row = tensors.statistics.data.subarray(meta.channel * width, (meta.channel + 1) * width);
  const pairs = statisticsOf(meta.statistics, row);
  const state = stateWords(meta.states[meta.channel]);
  if (state) pairs.push([_("this channel is"), state]);
  viewer.ui.statistics.replaceChildren(...pairs.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  drawHistogram(viewer);
  drawKernel(viewer);
}

/** How often each value occurs in the last of the large maps. @param {Viewer} viewer */
function drawHistogram(viewer) {
  const { values } = viewer.planes[viewer.planes.length - 1];
  const [low, high] = finiteRange(values);
  const range = low < high ? [low, high] : [low - 0.5, low + 0.5];
  const { counts, most } = histogram(values, range);
  const canvas = Object.assign(viewer.ui.histogram, { width: counts.length * 6, height: 90 });
  const context = contextOf(canvas);
  context.fillStyle = getComputedStyle(viewer.root).getPropertyValue("--st-primary-color") || "#3b5bdb";
  counts.forEach((n, i) => context.fillRect(i * 6, 90 - (88 * n) / most, 5, (88 * n) / most + (n ? 1 : 0)));
  const [from, to] = range.map((value) => brief(value));
  canvas.ariaLabel = _("Histogram: how often each value from {from} to {to} occurs", { from, to });
  const caption = make("figcaption", {}, ...[from, _("how often each value occurs"), to].map((word) => make("span", {}, word)));
  canvas.parentElement?.replaceChildren(canvas, caption);
}

/** The kernel's weights for each input channel, where the stage is a convolution. @param {Viewer} viewer */
function drawKernel(viewer) {
  const { meta, tensors } = viewer.scene;
  viewer.ui.kernel.hidden = !tensors.kernel;
  if (!tensors.kernel) return viewer.ui.kernel.replaceChildren();
  const [channels, frames, mels] = tensors.kernel.shape;
  const scale = scaleOf("channel", finiteRange(tensors.kernel.data), null, null, true);
  const levels = levelsOf(tensors.kernel.data, scale);
  const columns = Math.ceil(Math.sqrt(channels * 2));
  const all = make("canvas", { ariaHidden: "true" }); // the words below say what it is
  const [w, h] = [frames + 1, mels + 1];
  Object.assign(all, { width: columns * w - 1, height: Math.ceil(channels / columns) * h - 1 });
  const context = contextOf(all);
  for (let c = 0; c < channels; c++) {
    const pixels = pixelsOf(levels.subarray(c * frames * mels, (c + 1) * frames * mels), [frames, mels], viewer.inks[meta.scales.kernel]);
    const image = new ImageData(new Uint8ClampedArray(pixels.buffer), frames, mels);
    context.putImageData(image, (c % columns) * w, Math.floor(c / columns) * h);
  }
  all.style.width = `${Math.min(420, all.width * Math.max(4, Math.min(28, Math.floor(420 / all.width))))}px`;
  viewer.ui.kernel.replaceChildren(all, kernelWords(tensors.kernel.shape, scale));
}
