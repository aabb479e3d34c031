/**
 * The lazy chunk `later.js`: what a visit may never need, and needs the network for where it does, so that being a chunk takes
 * nothing from a device that is offline. Getting a newer catalogue; choosing between engines, which may load `webgl.js`.
 */
export { createEngineSelector } from '../compute/select.js';
export { loadCatalogue } from './catalogue-loader.js';
