// Prints, of every scene in a folder, which output cells have the tick of the player: {name: [true, false, ...]}.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readBlob } from "../../static/drawing/blob.js";
import { RULES, agrees, torchValue } from "../../static/drawing/rules.js";
import { axesOf, combinations, range } from "../../static/drawing/tables.js";

const folder = process.argv[2];

function ticks(file) {
  const scene = readBlob(new Uint8Array(readFileSync(join(folder, file))));
  const axes = scene.tensors.from ? null : axesOf(scene);
  const [channels, ...sizes] = scene.tensors.output.shape;
  const cells = [...combinations(sizes.map(range))];
  const ticked = (channel, cell) => agrees(scene, RULES[scene.meta.rule](scene, axes, channel, cell), torchValue(scene, channel, cell));
  return range(channels).flatMap((channel) => cells.map((cell) => ticked(channel, cell)));
}

console.log(JSON.stringify(Object.fromEntries(readdirSync(folder).map((file) => [file, ticks(file)]))));
