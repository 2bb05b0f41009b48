import assert from "node:assert/strict";
import { test } from "node:test";
import { readBlob } from "../../static/player/blob.js";
import { cases } from "./given.mjs";

const KINDS = { input: Float32Array, output: Float32Array, weight: Float32Array, reads: Int16Array, line0: Int16Array };

function sameTensors({ tensors }, truth) {
  assert.deepEqual(Object.keys(tensors).sort(), Object.keys(truth.tensors).sort());
  for (const [name, { shape, data }] of Object.entries(truth.tensors)) {
    assert.deepEqual(tensors[name].shape, shape, name);
    assert.deepEqual([...tensors[name].data], data, name);
  }
}

/** The same blob with other words in it. */
function reworded(bytes, from, to) {
  const text = Buffer.from(bytes).toString("latin1");
  assert.ok(text.includes(from) && from.length === to.length);
  return new Uint8Array(Buffer.from(text.replace(from, to), "latin1"));
}

for (const { name, bytes, truth } of cases)
  test(`${name}: every tensor arrives as Python sent it`, () => sameTensors(readBlob(bytes), truth));

test("a blob may lie anywhere in a larger buffer", () => {
  const { bytes, truth } = cases[0];
  for (let shift = 1; shift < 9; shift++) {
    const buffer = new Uint8Array(bytes.length + 16).fill(255);
    buffer.set(bytes, shift);
    sameTensors(readBlob(buffer.subarray(shift, shift + bytes.length)), truth);
  }
});

test("numbers keep their kind", () => {
  const { tensors } = readBlob(cases[0].bytes);
  for (const [name, kind] of Object.entries(KINDS)) assert.ok(tensors[name].data instanceof kind, name);
});

test("words arrive in any alphabet", () => {
  const accents = Buffer.from("\u00e9\u00e9\u00e9").toString("latin1"); // as many bytes as "kernel" has
  const blob = reworded(cases[0].bytes, 'kernel\\":\\"kernel', `kernel\\":\\"${accents}`);
  assert.equal(readBlob(blob).meta.kernel, "\u00e9\u00e9\u00e9");
});

test("a blob of another version asks for a reload", () => {
  const blob = reworded(cases[0].bytes, 'version\\":1', 'version\\":9');
  assert.throws(() => readBlob(blob), /updated.*reload the page/);
});
