// Read a safetensors blob: eight bytes of header length, a JSON header, then raw little-endian numbers.
import { _, speak } from "../words/catalogue.js";

/** @type {Record<string, new (buffer: ArrayBuffer) => Numbers>} */
const ARRAYS = { F32: Float32Array, I16: Int16Array, I32: Int32Array, U8: Uint8Array };
export const VERSION = 1;

/** @typedef {{dtype: string, shape: number[], data_offsets: [from: number, to: number]}} Entry a tensor, in the header */

/**
 * @param {Uint8Array} bytes a blob as `Scene.to_bytes` writes it; it may lie unaligned in a larger buffer
 * @template {Scene | Maps | Flow | AnswersScene | Training} Blob which of them it is, whoever reads it knows
 * @returns {Blob}
 */
export function readBlob(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  return unpack(new TextDecoder().decode(bytes.subarray(8, 8 + length)), bytes.subarray(8 + length));
}

/**
 * The same of a blob whose header has been read as text.
 *
 * @param {string} header
 * @param {Uint8Array} numbers behind it
 * @template {Scene | Maps | Flow | AnswersScene | Training} Blob
 * @returns {Blob}
 */
export function unpack(header, numbers) {
  const { __metadata__: words, ...entries } = JSON.parse(header);
  const meta = JSON.parse(words.scene);
  speak(meta.words);
  if (meta.version !== VERSION) throw new Error(_("cnnviz has been updated. Please reload the page."));
  meta.padValue = Number(meta.padValue === "-inf" ? -Infinity : meta.padValue);
  const tensors = /** @type {any} */ ({});
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(/** @type {Record<string, Entry>} */ (entries))) {
    const aligned = new Uint8Array(numbers.subarray(from, to)); // typed arrays want their own start
    tensors[name] = { shape, data: new ARRAYS[dtype](aligned.buffer) };
  }
  return /** @type {Blob} */ ({ meta, tensors });
}
