/** The lazy chunk: everything of tfjs, loaded only when `webgl` is forced or raced. */
export { createWebglEngine } from './webgl-engine.js';
