import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { GPGPUContext, MathBackendWebGL, setWebGLContext } from '@tensorflow/tfjs-backend-webgl';

export type TfjsBackend = 'cpu' | 'wasm' | 'webgl';

/**
 * Starts the three backends of tfjs, with all kernels and gradients. wasm is the SIMD build on one thread, as on a shop's page,
 * which is not cross-origin isolated; webgl is on a context of its own, since the default refuses software renderers and
 * then answers from nowhere.
 * @returns  those that work here; open them before any engine of ours, which tells tfjs of its own context
 */
export async function startBackends(): Promise<readonly TfjsBackend[]> {
  setWasmPaths('/');
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2', { alpha: false, antialias: false, depth: false, stencil: false });
  if (gl !== null) {
    setWebGLContext(2, gl);
    tf.removeBackend('webgl');
    tf.registerBackend('webgl', () => new MathBackendWebGL(new GPGPUContext(gl)));
  }
  const started: TfjsBackend[] = [];
  for (const name of ['cpu', 'wasm', 'webgl'] as const) {
    if ((await tf.setBackend(name)) && tf.getBackend() === name) started.push(name);
    else console.log(`tfjs ${name} does not start here and is left out`);
  }
  return started;
}
