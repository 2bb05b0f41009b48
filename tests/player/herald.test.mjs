import assert from "node:assert/strict";
import { test } from "node:test";
import { Herald } from "../../static/player/herald.js";

/** Everything that a live region comes to hold. */
function listen() {
  const heard = [];
  const region = { set textContent(text) { heard.push(text); }, get textContent() { return heard.at(-1) ?? ""; } };
  return { heard, herald: new Herald(region) };
}

test("of sentences that follow one another, the one at rest is heard", ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { heard, herald } = listen();
  for (let i = 0; i < 24; i++) { // two seconds of a pointer that moves on
    herald.say(`cell ${i}`);
    mock.timers.tick(83);
  }
  assert.deepEqual(heard, []);
  mock.timers.tick(1000);
  assert.deepEqual(heard, ["cell 23"]);
});

test("while steps run by themselves nothing is heard, and then the one that they stop at", ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { heard, herald } = listen();
  herald.say("cell 0");
  herald.say("cell 1", true);
  mock.timers.tick(5000);
  assert.deepEqual(heard, []);
  herald.say("cell 1");
  mock.timers.tick(1000);
  assert.deepEqual(heard, ["cell 1"]);
});

test("what was said is not said again", ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { heard, herald } = listen();
  for (const text of ["one", "one", "two", "one"]) {
    herald.say(text);
    mock.timers.tick(1000);
  }
  assert.deepEqual(heard, ["one", "two", "one"]);
});
