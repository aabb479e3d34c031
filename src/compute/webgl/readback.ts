import { SdkError } from '../../core/errors.js';
import type { Device } from './device.js';
import type { TexelList } from './draw.js';

/** Waiting for the GPU with two ways out: `tensor.data()` of tfjs never settles once the context is lost. */

/**
 * Resolves when the GPU has done everything issued so far.
 * @throws SdkError `engine-lost` when the context goes, or after `deadlineMs`
 */
export async function waitForGpu(device: Device, deadlineMs: number): Promise<void> {
  const { gl } = device;
  const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  if (sync === null || gl.isContextLost()) throw lostError('the context was lost');
  gl.flush();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const passed = (async (): Promise<string | null> => {
    for (let turns = 0; !isOver; turns++) {
      // The status of a fence changes only between tasks.
      await (turns < 64 ? nextTask() : new Promise((resolve) => setTimeout(resolve, 1)));
      if (gl.isContextLost()) return 'the context was lost';
      const status = gl.clientWaitSync(sync, 0, 0);
      if (status === gl.ALREADY_SIGNALED || status === gl.CONDITION_SATISFIED) return null;
      if (status === gl.WAIT_FAILED) return 'waiting for the GPU failed';
    }
    return null;
  })();
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer of the GPU within ${deadlineMs} ms`), deadlineMs);
  });
  const problem = await Promise.race([passed, device.lost, late]);
  isOver = true;
  clearTimeout(timer);
  gl.deleteSync(sync);
  if (problem !== null) throw lostError(problem);
}

/** A part of a framebuffer's texture, from its corner on. */
export interface ReadPart {
  readonly framebuffer: WebGLFramebuffer;
  /** Number of the colour attachment. */
  readonly attachment: number;
  readonly width: number;
  readonly height: number;
}

/** The first `count` texels of a list, in whole lines if there are several. */
export function partOfList(framebuffer: WebGLFramebuffer, { width, height }: TexelList, count: number): ReadPart {
  return { framebuffer, attachment: 0, width: height === 1 ? Math.max(1, count) : width, height };
}

/**
 * Reads several textures, RGBA, and waits for the GPU once.
 * @returns each [height · width · 4], new memory
 * @throws SdkError `engine-lost`
 */
export async function readParts(device: Device, parts: readonly ReadPart[], deadlineMs: number): Promise<readonly Float32Array[]> {
  const { gl } = device;
  const values = new Float32Array(parts.reduce((sum, { width, height }) => sum + width * height * 4, 0));
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
  gl.bufferData(gl.PIXEL_PACK_BUFFER, values.byteLength, gl.STREAM_READ);
  const read: Float32Array[] = [];
  let offset = 0;
  for (const { framebuffer, attachment, width, height } of parts) {
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.readBuffer(gl.COLOR_ATTACHMENT0 + attachment);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.FLOAT, offset * 4);
    read.push(values.subarray(offset, (offset += width * height * 4)));
  }
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null); // a bound pack buffer would swallow the reads of tfjs
  try {
    await waitForGpu(device, deadlineMs);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, values);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  } finally {
    gl.deleteBuffer(buffer);
  }
  if (gl.isContextLost()) throw lostError('the context was lost');
  return read;
}

/** Reads a 32-bit float texture of tfjs (one value per texel): [height · width], new memory. */
export async function readTexture(
  device: Device,
  texture: WebGLTexture,
  width: number,
  height: number,
  deadlineMs: number,
): Promise<Float32Array> {
  const { gl } = device;
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  try {
    // RED is not promised to be readable, RGBA is: three of four values are padding.
    const [texels] = await readParts(device, [{ framebuffer, attachment: 0, width, height }], deadlineMs);
    const values = new Float32Array(width * height);
    for (let at = 0; at < values.length; at++) values[at] = texels![4 * at]!;
    return values;
  } finally {
    gl.deleteFramebuffer(framebuffer);
  }
}

function lostError(reason: string): SdkError {
  return new SdkError('engine-lost', `the GPU is gone: ${reason}; the step is repeated on a new context or on the reference engine`);
}

/** A task of its own without the 4 ms that nested timers are held back. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.addEventListener('message', () => {
      channel.port1.close();
      resolve();
    });
    channel.port1.start();
    channel.port2.postMessage(null);
  });
}
