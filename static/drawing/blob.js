// Read a safetensors blob: eight bytes of header length, a JSON header, then raw little-endian numbers.

const ARRAYS = { F32: Float32Array, I16: Int16Array, I32: Int32Array, U8: Uint8Array };
export const VERSION = 1;

/**
 * @param {Uint8Array} bytes a blob as `Scene.to_bytes` writes it; it may lie unaligned in a larger buffer
 * @returns {{meta: object, tensors: Object<string, {shape: number[], data: ArrayLike<number>}>}}
 */
export function readBlob(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const { __metadata__: words, ...entries } = header;
  const meta = JSON.parse(words.scene);
  if (meta.version !== VERSION) throw new Error("cnnviz has been updated. Please reload the page.");
  meta.padValue = Number(meta.padValue === "-inf" ? -Infinity : meta.padValue);
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(entries)) {
    const aligned = bytes.slice(8 + length + from, 8 + length + to); // typed arrays want their own start
    tensors[name] = { shape, data: new ARRAYS[dtype](aligned.buffer) };
  }
  return { meta, tensors };
}
