import type { Plugin } from 'vite';

/**
 * `new URL(/* @vite-ignore *\/ './x.js', import.meta.url)` keeps our own build from touching what does not exist yet. In what we deliver the
 * comment must go, or the shop's Vite would not carry the chunk along either.
 */
export function plainChunkUrls(): Plugin {
  return {
    name: 'homebody-plain-chunk-urls',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk') chunk.code = chunk.code.replaceAll(/new URL\(\s*\/\* @vite-ignore \*\/\s*/g, 'new URL(');
      }
    },
  };
}
