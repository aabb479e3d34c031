import type { Device } from './device.js';
import { makeTarget, makeTexelGrid, makeTexels, type TexelFormat, type TexelList } from './draw.js';

/** Textures and framebuffers that go together. */
export function createScratch(device: Device) {
  const lists: TexelList[] = [];
  const targets: WebGLFramebuffer[] = [];
  return {
    list(format: TexelFormat, count: number, texels: Float32Array | null): TexelList {
      const list = makeTexels(device, format, count, texels);
      lists.push(list);
      return list;
    },
    grid(format: TexelFormat, width: number, height: number, texels: Float32Array | null): TexelList {
      const grid = makeTexelGrid(device, format, width, height, texels);
      lists.push(grid);
      return grid;
    },
    target(textures: readonly WebGLTexture[]): WebGLFramebuffer {
      const target = makeTarget(device, textures);
      targets.push(target);
      return target;
    },
    dispose(): void {
      for (const target of targets) device.gl.deleteFramebuffer(target);
      for (const list of lists) device.gl.deleteTexture(list.texture);
    },
  };
}
