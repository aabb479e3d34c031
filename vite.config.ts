import { defineConfig } from 'vite';
import { configOf, targetNames } from './build/targets.js';

/** `vite build --mode script` builds one target; `npm run build` builds them all. */
export default defineConfig(({ mode }) => {
  const name = targetNames.find((each) => each === mode) ?? 'index';
  const { configFile: _none, ...config } = configOf(name, 'dist');
  return config;
});
