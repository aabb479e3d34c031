import { env, engine, findBackend, findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core/dist/base';
import { MathBackendWebGL, setWebGLContext } from '@tensorflow/tfjs-backend-webgl/dist/base';
import { GPGPUContext } from '@tensorflow/tfjs-backend-webgl/dist/gpgpu_context';
import { SdkError } from '../../core/errors.js';

/** One WebGL2 context with its own tfjs backend. When the context is lost the whole device is thrown away. */
export interface Device {
  readonly gl: WebGL2RenderingContext;
  readonly backend: MathBackendWebGL;
  /** The unmasked renderer string where the browser tells it. */
  readonly renderer: string;
  /** Largest texture edge that our passes use: a power of two, at most 4096. */
  readonly maxEdge: number;
  isLost(): boolean;
  /** Resolves with the reason when the context is lost or the device disposed. Never rejects. */
  readonly lost: Promise<string>;
  loseContext(): void;
  dispose(): void;
}

/**
 * Opens a context of its own on a fresh OffscreenCanvas and registers a tfjs backend on it: what works after a lost context,
 * where tfjs itself would go on in silence with zeros. Only ever called in the worker: WebKit gives WebGL to the first
 * thread that asks.
 * @throws SdkError `engine-unavailable` where there is no WebGL2 or it cannot render 32-bit floats
 */
export function openDevice(): Device {
  const canvas = openCanvas();
  const gl = openContext(canvas);
  let reportLost!: (reason: string) => void;
  const lost = new Promise<string>((resolve) => (reportLost = resolve));
  canvas.addEventListener('webglcontextlost', () => reportLost('the context was lost'));

  // tfjs answers its flags from a context of its own unless it is told of ours first.
  setWebGLContext(2, gl);
  const name = freeName();
  registerBackend(name, () => new MathBackendWebGL(new GPGPUContext(gl)));
  // The factory above makes no other class.
  const backend = findBackend(name) as MathBackendWebGL | null | undefined;
  const dispose = (): void => {
    if (findBackendFactory(name) !== null) removeBackend(name);
    reportLost('the device was closed');
    if (!gl.isContextLost()) gl.getExtension('WEBGL_lose_context')?.loseContext(); // contexts are few: give it back now
  };
  if (!backend || !env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) {
    dispose();
    throw new SdkError('engine-unavailable', 'WebGL here cannot render 32-bit floats; the reference engine does the work instead');
  }
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return {
    gl,
    backend,
    renderer: String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)),
    maxEdge: 2 ** Math.floor(Math.log2(Math.min(4096, Number(gl.getParameter(gl.MAX_TEXTURE_SIZE))))),
    isLost: () => gl.isContextLost(),
    lost,
    loseContext: () => gl.getExtension('WEBGL_lose_context')?.loseContext(),
    dispose,
  };
}

function openCanvas(): OffscreenCanvas {
  if (typeof OffscreenCanvas === 'undefined')
    throw new SdkError('engine-unavailable', 'no OffscreenCanvas; the reference engine does the work instead');
  return new OffscreenCanvas(1, 1);
}

function openContext(canvas: OffscreenCanvas): WebGL2RenderingContext {
  const attributes = { alpha: false, antialias: false, depth: false, stencil: false, premultipliedAlpha: false };
  const gl = canvas.getContext('webgl2', attributes);
  if (gl === null) throw new SdkError('engine-unavailable', 'no WebGL2 context to be had; the reference engine does the work instead');
  if (gl.getExtension('EXT_color_buffer_float') === null) {
    throw new SdkError('engine-unavailable', 'WebGL2 without EXT_color_buffer_float; the reference engine does the work instead');
  }
  return gl;
}

/** Backends are global to tfjs: a second engine in the same thread takes the next number. */
function freeName(): string {
  for (let number = 0; ; number++) {
    const name = `homebody-webgl-${number}`;
    if (findBackendFactory(name) === null) return name;
  }
}

/** Tensors that tfjs counts as alive, of all backends. */
export function countTensors(): number {
  return engine().memory().numTensors;
}
