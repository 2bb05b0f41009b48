// What maps are called: Python names them for what they are to a layer, here they get their words.
import { _ } from "../words/catalogue.js";

/** @type {Record<string, () => string>} */
const MAPS = {
  input: () => _("input"),
  gate: () => _("gate"),
  output: () => _("output"),
  signal: () => _("signal"),
  product: () => _("product"),
  mask: () => _("mask"),
  slope: () => _("slope"),
  before: () => _("before"),
  after: () => _("after"),
  pooled: () => _("pooled"),
  unpooled: () => _("unpooled"),
  fall: () => _("fall"),
  hidden: () => _("hidden"),
  maps: () => _("maps"),
  gradient: () => _("gradient"),
  weights: () => _("weights"),
  sum: () => _("sum"),
  "over the input": () => _("over the input"),
  dX_padded: () => _("dX, padded"),
};

/** @param {string} name */
export const mapWords = (name) => MAPS[name]?.() ?? name;

/**
 * Which map of the weights an output channel is the gradient of; null where it is a channel, or there is one alone.
 * @param {SceneMeta} meta @param {number} channel
 */
export function kernelOf({ kernels = [] }, channel) {
  if (kernels.length < 2) return null;
  const [kernel, own] = kernels[channel];
  return { kernel, channel: own };
}

/** What the maps of a panel are called. @param {SceneMeta} meta @param {PanelName} panel */
export const panelWords = ({ names }, panel) => mapWords(names[panel] ?? panel);
