// What a component is sent: a blob, or the plan of one whose large parts are fetched, each once; see
// cnnviz/web/components/parcel.py.

const MARK = [255, 99, 110, 110, 118, 105, 122, 255]; // "cnnviz" between two bytes that no length of a header begins with
const MOST = 96 * 2 ** 20; // bytes of parts that are kept
const WAITS = [300, 1000, 3000, 9000]; // ms before a part is asked for again, where no answer came

/** @type {Map<string, Uint8Array>} parts by path; the one last used comes last */
const kept = new Map();
/** @type {Map<string, Promise<Uint8Array>>} parts that are on their way */
const asked = new Map();

/** @type {WeakMap<HTMLElement, { data: unknown, stop: () => void }>} by element: what it was sent last, and its clean-up */
const sent = new WeakMap();

/**
 * Show what was sent. Of what is sent one after the other, the last is shown, whichever is there first.
 *
 * @param {HTMLElement} root
 * @param {unknown} data as the server sent it
 * @param {(data: any) => () => void} show shows a blob, or data of another kind; gives its clean-up
 * @param {{ lost: () => void, late: string }} how a part that is gone from the server has it asked for the whole blob;
 *   what is said where no answer comes at all
 * @returns {Promise<void> | undefined} nothing where it is shown at once
 */
export function receive(root, data, show, { lost, late }) {
  const stop = sent.get(root)?.stop ?? (() => {});
  const mine = { data, stop };
  sent.set(root, mine);
  const plan = planOf(data);
  const parts = plan?.map((one) => (one instanceof Uint8Array ? one : find(one))) ?? [];
  if (!plan || parts.every((one) => one instanceof Uint8Array)) {
    mine.stop = show(plan ? joined(/** @type {Uint8Array[]} */ (parts)) : data);
    return;
  }
  return Promise.all(parts).then(
    (found) => {
      if (sent.get(root) === mine) mine.stop = show(joined(found));
    },
    (error) => {
      if (sent.get(root) !== mine) return;
      if (!(error instanceof Gone)) throw new Error(late);
      lost();
    },
  );
}

/** The element goes. @param {HTMLElement} root */
export function leave(root) {
  sent.get(root)?.stop();
  sent.delete(root);
}

class Gone extends Error {}

/**
 * @param {unknown} data
 * @returns {(Uint8Array | [path: string, length: number])[] | null} what makes the blob, in order; null if it is whole
 */
export function planOf(data) {
  if (!(data instanceof Uint8Array) || MARK.some((one, i) => data[i] !== one)) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 16 + Number(view.getBigUint64(8, true));
  /** @type {(number | [string, number])[]} */
  const plan = JSON.parse(new TextDecoder().decode(data.subarray(16, at)));
  return plan.map((one) => (typeof one === "number" ? data.subarray(at, (at += one)) : one));
}

/** @param {Uint8Array[]} parts */
export function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) {
    all.set(one, at);
    at += one.length;
  }
  return all;
}

/** A part that was met before, or a promise of it. @param {[path: string, length: number]} part */
function find([path, length]) {
  const found = kept.get(path);
  if (found) {
    kept.delete(path);
    kept.set(path, found);
    return found;
  }
  if (!asked.has(path)) asked.set(path, ask(path, length).finally(() => asked.delete(path)));
  return /** @type {Promise<Uint8Array>} */ (asked.get(path));
}

/** @param {string} path @param {number} length @returns {Promise<Uint8Array>} */
async function ask(path, length) {
  for (let turn = 0; ; turn++) {
    const answer = await fetch(path, { cache: turn ? "reload" : "force-cache" }).catch(() => null);
    const bytes = answer?.ok ? await answer.arrayBuffer().catch(() => null) : null;
    if (bytes?.byteLength === length) return keep(path, new Uint8Array(bytes));
    if (answer && turn) throw new Gone(path);
    if (turn === WAITS.length) throw new Error(`${path} did not come.`);
    await new Promise((done) => setTimeout(done, WAITS[turn]));
  }
}

/** @param {string} path @param {Uint8Array} bytes */
function keep(path, bytes) {
  kept.set(path, bytes);
  let all = [...kept.values()].reduce((sum, one) => sum + one.length, 0);
  for (const [old, { length }] of kept) {
    if (all <= MOST) break;
    kept.delete(old);
    all -= length;
  }
  return bytes;
}
