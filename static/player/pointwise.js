// Functions of one number, by torch's name: value, slope and, where the function is a product x * gate(x), the gate.

export const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const bell = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** The error function, to 1.2e-7 everywhere (Press et al., "Numerical Recipes", 6.2: erfc by a Chebyshev fit). */
export function erf(x) {
  const t = 2 / (2 + Math.abs(x));
  const fit = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
  const tail = t * Math.exp(-x * x + fit.reduceRight((sum, a) => sum * t + a, 0));
  return x >= 0 ? 1 - tail : tail - 1;
}

/** Two straight lines that meet at zero. */
const leaky = (below) => ({
  value: (x) => (x > 0 ? x : x * below),
  slope: (x) => (x > 0 ? 1 : below),
  gate: (x) => (x > 0 ? 1 : below),
});

const FUNCTIONS = {
  ReLU: () => ({ ...leaky(0), value: (x) => (x <= 0 ? 0 : x) }), // what is no number stays none
  LeakyReLU: ({ negative_slope: below }) => leaky(below),
  PReLU: ({ init }) => leaky(init),
  ELU: ({ alpha }) => ({ value: (x) => (x > 0 ? x : alpha * Math.expm1(x)), slope: (x) => (x > 0 ? 1 : alpha * Math.exp(x)) }),
  GELU: ({ tanh }) => (tanh ? roughGelu : gelu),
  SiLU: () => ({ value: (x) => x * sigmoid(x), slope: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))), gate: sigmoid }),
  Sigmoid: () => ({ value: sigmoid, slope: (x) => sigmoid(x) * (1 - sigmoid(x)) }),
  Tanh: () => ({ value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 }),
};

const normal = (x) => 0.5 * (1 + erf(x / Math.SQRT2));
const gelu = { value: (x) => x * normal(x), slope: (x) => normal(x) + x * bell(x), gate: normal };

const ROOT = Math.sqrt(2 / Math.PI);
const inner = (x) => Math.tanh(ROOT * (x + 0.044715 * x ** 3));
const roughGelu = {
  value: (x) => 0.5 * x * (1 + inner(x)),
  slope: (x) => 0.5 * (1 + inner(x)) + 0.5 * x * (1 - inner(x) ** 2) * ROOT * (1 + 3 * 0.044715 * x * x),
  gate: (x) => 0.5 * (1 + inner(x)),
};

/** The function of this name with these constants. */
export const functionOf = (name, constants) => FUNCTIONS[name](constants);
