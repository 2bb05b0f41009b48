import assert from "node:assert/strict";
import { test } from "node:test";
import { VERSION, readBlob } from "../../static/drawing/blob.js";
import { caseOf, cases } from "./given.mjs";

const KINDS = { input: Float32Array, output: Float32Array, weight: Float32Array, reads: Int16Array, line0: Int16Array };
const WHOLE = { "unpooled": "from", "max": "indices" }; // counted over whole maps: these may be large

function sameTensors({ tensors }, truth) {
  assert.deepEqual(Object.keys(tensors).sort(), Object.keys(truth.tensors).sort());
  for (const [name, { shape, data }] of Object.entries(truth.tensors)) {
    assert.deepEqual(tensors[name].shape, shape, name);
    assert.deepEqual([...tensors[name].data], data, name);
  }
}

/** A blob of words alone. */
function blobOf(meta) {
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: { scene: JSON.stringify(meta) } }));
  const bytes = new Uint8Array(8 + header.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  return bytes;
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

for (const [name, tensor] of Object.entries(WHOLE))
  test(`${tensor} has room for any index`, () => assert.ok(readBlob(caseOf(name).bytes).tensors[tensor].data instanceof Int32Array));

test("what padding holds is a number: of a maximum minus infinity, else 0", () => {
  for (const [sent, wanted] of [["-inf", -Infinity], [0, 0], [-2.5, -2.5]])
    assert.equal(readBlob(blobOf({ version: VERSION, padValue: sent })).meta.padValue, wanted);
  for (const { scene } of cases) assert.equal(scene.meta.padValue, scene.meta.rule === "max" ? -Infinity : 0);
});

test("words arrive in any alphabet", () => {
  const meta = { version: VERSION, padValue: 0, title: "3 \u00d7 3, \u6838, \ud83d\ude42" };
  assert.deepEqual(readBlob(blobOf(meta)), { meta, tensors: {} });
});

test("a blob of another version asks for a reload", () => {
  for (const version of [VERSION + 1, VERSION - 1, undefined])
    assert.throws(() => readBlob(blobOf({ version })), /updated.*reload the page/);
});
