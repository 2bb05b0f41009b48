// Functions of one number, by torch's name: value, slope and, where the function is a product x * gate(x), the gate.

/** @param {number} x */
export const sigmoid = (x) => 1 / (1 + Math.exp(-x));
/** @param {number} x */
const bell = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** The error function, to 1.2e-7 everywhere (Press et al., "Numerical Recipes", 6.2: erfc by a Chebyshev fit). @param {number} x */
export function erf(x) {
  const t = 2 / (2 + Math.abs(x));
  const fit = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
  const tail = t * Math.exp(-x * x + fit.reduceRight((sum, a) => sum * t + a, 0));
  return x >= 0 ? 1 - tail : tail - 1;
}

/** Two straight lines that meet at zero. @param {number} below @returns {Pointwise} */
const leaky = (below) => ({
  value: (x) => (x > 0 ? x : x * below),
  slope: (x) => (x > 0 ? 1 : below),
  gate: (x) => (x > 0 ? 1 : below),
});

/** Inside two bounds; what is no number stays none. @param {number} x @param {number} low @param {number} high */
const within = (x, low, high) => Math.min(Math.max(x, low), high);
/** @param {number} low @param {number} high @returns {Pointwise} */
const clip = (low, high) => ({ value: (x) => within(x, low, high), slope: (x) => Number(x > low && x < high) });
/** @param {number} x */
const ramp = (x) => within(x / 6 + 0.5, 0, 1);

/** @param {number} far @returns {Pointwise} */
const hardshrink = (far) => {
  /** @param {number} x */
  const gate = (x) => Number(!(x >= -far && x <= far));
  return { value: (x) => (gate(x) ? x : 0), slope: gate, gate };
};

/** log(1 + exp(x)) without overflow. @param {number} x */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
/** @param {Constants} constants @returns {Pointwise} */
const softplusOf = ({ beta, threshold }) => ({
  value: (x) => (x * beta > threshold ? x : softplus(x * beta) / beta),
  slope: (x) => (x * beta > threshold ? 1 : sigmoid(x * beta)),
});
/** @param {number} x */
const mishGate = (x) => Math.tanh(softplus(x));

const [SELU_ALPHA, SELU_SCALE] = [1.6732632423543772, 1.0507009873554805];

/**
 * x above zero, and below it a curve that ends at -alpha; all of it scaled.
 * @param {number} alpha @param {number} [width] @param {number} [scale] @returns {Pointwise}
 */
const elu = (alpha, width = 1, scale = 1) => ({
  value: (x) => scale * (x > 0 ? x : alpha * Math.expm1(x / width)),
  slope: (x) => scale * (x > 0 ? 1 : (alpha / width) * Math.exp(x / width)),
});

/** @returns {Pointwise} */
const identity = () => ({ value: (x) => x, slope: () => 1 });

/** @type {Record<string, (constants: Constants) => Pointwise>} */
const FUNCTIONS = {
  ReLU: () => ({ ...leaky(0), value: (x) => (x <= 0 ? 0 : x) }), // what is no number stays none
  LeakyReLU: ({ negative_slope: below }) => leaky(below),
  PReLU: ({ weight: below }) => leaky(below),
  ELU: ({ alpha }) => elu(alpha),
  GELU: ({ tanh }) => (tanh ? roughGelu : gelu),
  SiLU: () => ({ value: (x) => x * sigmoid(x), slope: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))), gate: sigmoid }),
  Sigmoid: () => ({ value: sigmoid, slope: (x) => sigmoid(x) * (1 - sigmoid(x)) }),
  Tanh: () => ({ value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 }),
  Identity: identity,
  AlphaDropout: identity, // in eval mode
  FeatureAlphaDropout: identity,
  ReLU6: () => clip(0, 6),
  RReLU: ({ lower, upper }) => leaky((lower + upper) / 2),
  Hardtanh: ({ min_val: low, max_val: high }) => clip(low, high),
  Hardsigmoid: () => ({ value: ramp, slope: (x) => (Math.abs(x) < 3 ? 1 / 6 : 0) }),
  Hardswish: () => ({ value: (x) => x * ramp(x), slope: (x) => (x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1), gate: ramp }),
  Softshrink: ({ lambd }) => ({ value: (x) => x - within(x, -lambd, lambd), slope: (x) => Number(Math.abs(x) > lambd) }),
  Hardshrink: ({ lambd }) => hardshrink(Math.fround(lambd)), // as a float32 cell is compared with it
  Softplus: softplusOf,
  Mish: () => ({ value: (x) => x * mishGate(x), slope: (x) => mishGate(x) + x * sigmoid(x) * (1 - mishGate(x) ** 2), gate: mishGate }),
  SELU: () => elu(SELU_ALPHA, 1, SELU_SCALE),
  CELU: ({ alpha }) => elu(alpha, alpha),
  LogSigmoid: () => ({ value: (x) => -softplus(-x), slope: (x) => sigmoid(-x) }),
  Softsign: () => ({ value: (x) => x / (1 + Math.abs(x)), slope: (x) => (1 + Math.abs(x)) ** -2 }),
  Tanhshrink: () => ({ value: (x) => x - Math.tanh(x), slope: (x) => Math.tanh(x) ** 2 }),
};

/** @param {number} x */
const normal = (x) => 0.5 * (1 + erf(x / Math.SQRT2));
/** @type {Pointwise} */
const gelu = { value: (x) => x * normal(x), slope: (x) => normal(x) + x * bell(x), gate: normal };

const ROOT = Math.sqrt(2 / Math.PI);
/** @param {number} x */
const inner = (x) => Math.tanh(ROOT * (x + 0.044715 * x ** 3));
/** @type {Pointwise} */
const roughGelu = {
  value: (x) => 0.5 * x * (1 + inner(x)),
  slope: (x) => 0.5 * (1 + inner(x)) + 0.5 * x * (1 - inner(x) ** 2) * ROOT * (1 + 3 * 0.044715 * x * x),
  gate: (x) => 0.5 * (1 + inner(x)),
};

/** The function of this name with these constants. @param {string} name @param {Constants} constants */
export const functionOf = (name, constants) => FUNCTIONS[name](constants);

/**
 * The function of a channel: the scene's own, or that of another name. What is learned is no constant.
 * @param {Scene} scene @param {number} channel @param {string} [name]
 */
export function functionAt({ meta, tensors }, channel, name = meta.function) {
  const { data } = tensors.weight ?? {};
  return functionOf(name, name === "PReLU" ? { weight: data[channel % data.length] } : meta.constants);
}
