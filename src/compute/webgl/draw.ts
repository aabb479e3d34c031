import { SdkError } from '../../core/errors.js';
import type { Device } from './device.js';

/**
 * Draws of our own on tfjs' context. A tfjs program draws its whole output, so a sparse update has to be one POINT per
 * non-zero instead; it needs no vertex data: the vertex shader finds everything by `gl_VertexID`.
 */

export interface DrawProgram {
  readonly program: WebGLProgram;
  uniform(name: string): WebGLUniformLocation | null;
}

const header = '#version 300 es\nprecision highp float; precision highp int; precision highp sampler2D;\n';

/** @throws SdkError `engine-unavailable` with the compiler's log, `engine-lost` when the context went meanwhile */
export function compileDraw(device: Device, vertex: string, fragment: string): DrawProgram {
  const { gl } = device;
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type);
    if (shader === null || program === null) throw new SdkError('engine-lost', 'the context was lost while compiling');
    gl.shaderSource(shader, header + source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) {
    if (gl.isContextLost()) throw new SdkError('engine-lost', 'the context was lost while compiling');
    const logs = (gl.getAttachedShaders(program) ?? []).map((shader) => gl.getShaderInfoLog(shader) ?? '');
    throw new SdkError('engine-unavailable', `a GPU program does not compile: ${[gl.getProgramInfoLog(program), ...logs].join(' ')}`);
  }
  return { program, uniform: (name) => gl.getUniformLocation(program, name) };
}

/** A texture of our own beside the tensors: what only one batch needs. Texels of a list are read by number, row-major; all lists are as wide. */
export interface TexelList {
  readonly texture: WebGLTexture;
  readonly width: number;
  readonly height: number;
}

export type TexelFormat = 'RGBA32F' | 'RG32F' | 'R32F';

/**
 * @param texels  [count · channels], or null to leave the content undefined (a target)
 * @throws SdkError `engine-refused` where `count` texels do not fit the largest texture
 */
export function makeTexels(device: Device, format: TexelFormat, count: number, texels: Float32Array | null): TexelList {
  return makeTexelGrid(device, format, device.maxEdge, Math.max(1, Math.ceil(count / device.maxEdge)), texels);
}

/**
 * @param texels  [height · width · channels] or less, or null to leave the content undefined (a target)
 * @throws SdkError `engine-refused` where that is larger than the largest texture
 */
export function makeTexelGrid(device: Device, format: TexelFormat, width: number, height: number, texels: Float32Array | null): TexelList {
  const { gl, maxEdge } = device;
  if (height > maxEdge || width > maxEdge)
    throw new SdkError('engine-refused', `${width} × ${height} texels do not fit a texture of ${maxEdge} × ${maxEdge}`);
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const edge of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, edge, gl.NEAREST);
  for (const edge of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, edge, gl.CLAMP_TO_EDGE);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl[format], width, height);
  if (texels !== null) uploadTexels(device, texture, format, width, height, texels);
  if (texture === null) throw new SdkError('engine-lost', 'the context was lost while making a texture');
  return { texture, width, height };
}

/** Overwrites the first texels of a texture, whole rows first, then the rest of the last one. */
export function uploadTexels(
  device: Device,
  texture: WebGLTexture | null,
  format: TexelFormat,
  width: number,
  height: number,
  texels: Float32Array,
): void {
  const { gl } = device;
  const [channels, layout] = format === 'RGBA32F' ? [4, gl.RGBA] : format === 'RG32F' ? [2, gl.RG] : [1, gl.RED];
  gl.bindTexture(gl.TEXTURE_2D, texture);
  const rows = Math.min(height, Math.floor(texels.length / channels / width));
  if (rows > 0) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, rows, layout, gl.FLOAT, texels, 0);
  const rest = texels.length / channels - rows * width;
  if (rest > 0) gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, rows, rest, 1, layout, gl.FLOAT, texels, rows * width * channels);
}

/** A framebuffer over these textures, in the order of the shader's outputs. */
export function makeTarget(device: Device, textures: readonly WebGLTexture[]): WebGLFramebuffer {
  const { gl } = device;
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  const attachments = textures.map((texture, at) => {
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0 + at, gl.TEXTURE_2D, texture, 0);
    return gl.COLOR_ATTACHMENT0 + at;
  });
  gl.drawBuffers(attachments);
  if (gl.checkFramebufferStatus(gl.FRAMEBUFFER) !== gl.FRAMEBUFFER_COMPLETE || framebuffer === null) {
    throw gl.isContextLost()
      ? new SdkError('engine-lost', 'the context was lost while making a framebuffer')
      : new SdkError('engine-refused', 'this GPU does not draw into 32-bit float textures');
  }
  return framebuffer;
}
