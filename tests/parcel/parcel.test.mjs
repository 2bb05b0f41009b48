// What was sent is put together again; of what comes late, only the last is shown; what is gone is asked for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { joined, leave, planOf, receive } from "../../static/parcel/parcel.js";

const MARK = [255, ...new TextEncoder().encode("cnnviz"), 255];

/** @param {(number | [string, number])[]} plan @param {number[]} bytes */
function parcel(plan, bytes) {
  const told = new TextEncoder().encode(JSON.stringify(plan));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(told.length), true);
  const all = new Uint8Array([...MARK, ...length, ...told, ...bytes]);
  const unaligned = new Uint8Array(all.length + 3);
  unaligned.set(all, 3);
  return unaligned.subarray(3);
}

/** A server: what it has, by path; and what it was asked for. */
function serving(files) {
  const asked = [];
  const held = [];
  globalThis.fetch = async (path) => {
    asked.push(path);
    const hold = held.shift();
    if (hold) await hold;
    const found = files[path];
    if (found === "broken") throw new TypeError("no network");
    return { ok: Boolean(found), arrayBuffer: async () => new Uint8Array(found).buffer };
  };
  return { asked, held };
}

/** An element, and what it has been shown. */
function element() {
  const root = {};
  const log = [];
  const show = (bytes) => {
    log.push(bytes instanceof Uint8Array ? [...bytes] : bytes);
    return () => log.push("stopped");
  };
  const send = (data) => receive(root, data, show, { lost: () => log.push("lost"), late: "no answer" });
  return { root, log, send };
}

test("what is no parcel is shown as it is, and at once", () => {
  const { log, send } = element();
  assert.equal(planOf(new Uint8Array([4, 0, 0])), null);
  assert.equal(send(new Uint8Array([1, 2, 3])), undefined);
  assert.equal(send({ rows: 2 }), undefined);
  assert.deepEqual(log, [[1, 2, 3], { rows: 2 }]);
});

test("parts are put where they belong, and fetched once", async () => {
  const { asked } = serving({ "/a": [7, 8], "/b": [9] });
  const { log, send } = element();
  await send(parcel([1, ["/a", 2], 2, ["/b", 1], 0], [1, 2, 3]));
  assert.equal(send(parcel([0, ["/b", 1], 1, ["/a", 2]], [5])), undefined); // at once
  assert.deepEqual(log, [[1, 7, 8, 2, 3, 9], [9, 5, 7, 8]]);
  assert.deepEqual(asked.sort(), ["/a", "/b"]);
});

test("two elements that wait for one part ask once", async () => {
  const { asked } = serving({ "/two": [1] });
  const [one, other] = [element(), element()];
  await Promise.all([one, other].map(({ send }) => send(parcel([["/two", 1]], []))));
  assert.deepEqual([one.log, other.log, asked], [[[1]], [[1]], ["/two"]]);
});

test("the last that was sent is shown, whichever comes first", async () => {
  const { held } = serving({ "/slow": [1], "/fast": [2] });
  const { log, send } = element();
  let go = () => {};
  held.push(new Promise((done) => (go = done)));
  const first = send(parcel([["/slow", 1]], []));
  await send(parcel([["/fast", 1]], []));
  go();
  await first;
  assert.deepEqual(log, [[2]]);
});

test("an element that goes meanwhile is shown nothing, and one that stands is cleaned up", async () => {
  serving({ "/late": [1] });
  const { root, log, send } = element();
  send(new Uint8Array([5]));
  const coming = send(parcel([["/late", 1]], []));
  leave(root);
  await coming;
  assert.deepEqual(log, [[5], "stopped"]);
});

test("of a part that the server has no more, or another length, the whole is asked for", async () => {
  const { asked } = serving({ "/short": [1] });
  const { log, send } = element();
  await send(parcel([["/gone", 1]], []));
  await send(parcel([["/short", 2]], []));
  assert.deepEqual(log, ["lost", "lost"]);
  assert.deepEqual(asked, ["/gone", "/gone", "/short", "/short"]); // the second time past the browser's cache
});

test("where no answer comes it asks again", async () => {
  const files = { "/tunnel": "broken" };
  const { asked } = serving(files);
  const { log, send } = element();
  const coming = send(parcel([["/tunnel", 1]], []));
  setTimeout(() => (files["/tunnel"] = [3]), 400);
  await coming;
  assert.deepEqual(log, [[3]]);
  assert.ok(asked.length >= 2);
});

test("joined", () => assert.deepEqual([...joined([new Uint8Array([1]), new Uint8Array(), new Uint8Array([2, 3])])], [1, 2, 3]));
