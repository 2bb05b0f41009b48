// What the tests are given: blobs of the viewer, with the truth that Python wrote beside them.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readBlob } from "../../static/drawing/blob.js";

const FOLDER = process.env.CNNVIZ_CASES;

export const cases = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".blob"))
  .map((file) => {
    const name = file.replace(".blob", "");
    const scene = readBlob(new Uint8Array(readFileSync(join(FOLDER, file))));
    return { name, ...scene, truth: JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) };
  });

export function near(found, wanted, tolerance = 1e-9, words = "") {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${words} ${found} is not ${wanted}`);
}
