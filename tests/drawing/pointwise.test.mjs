import assert from "node:assert/strict";
import { test } from "node:test";
import { erf, functionOf } from "../../static/drawing/pointwise.js";
import { functions, near } from "./given.mjs";

const CLOSE = 1e-6; // of the larger of 1 and the argument: the error function is a fit

for (const [name, { function: torchName, constants, x, value, slope, gate, odd }] of Object.entries(functions.curves)) {
  const f = functionOf(torchName, constants);
  const closely = (found, wanted) => x.forEach((at, i) => near(found(at), wanted[i], CLOSE * Math.max(1, Math.abs(at)), `at ${at}:`));

  test(`${name}: the curve is torch's`, () => closely(f.value, value));

  test(`${name}: the slope is what torch's autograd says`, () => closely(f.slope, slope));

  test(`${name}: where torch multiplies by a gate, so do we`, () => {
    assert.equal(f.gate !== undefined && gate === null, false, "a gate that Python does not know is not shown");
    if (gate) closely(f.gate, gate);
  });

  test(`${name}: what is no number goes where torch's goes`, () => {
    for (const [at, wanted] of odd) assert.equal(f.value(at) + 0, wanted + 0, `at ${at}`); // + 0: minus zero is zero
  });
}

test("the error function is as exact as it says", () => {
  for (const [x, wanted] of functions.erf) near(erf(x), wanted, 1.3e-7, `erf(${x}):`);
});
