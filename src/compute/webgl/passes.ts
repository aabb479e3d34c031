import type { Device } from './device.js';
import { compileDraw, type DrawProgram } from './draw.js';

/** Programs of one kernel, which share their samplers and uniforms by name. A draw is cheap where little changes before it. */
export interface Passes<Pass extends string, Unit extends string> {
  /** Takes the context over from tfjs, which binds program, vertex array, framebuffer, viewport and textures before each draw of its own. */
  begin(): void;
  end(): void;
  /** Until `end`. Between, no texture may be made: that binds it to whatever unit is active. */
  bind(unit: Unit, texture: WebGLTexture): void;
  /** Sets a uniform in every pass that has it, or in one; what it is already costs nothing. */
  set(name: string, kind: UniformKind, value: number | readonly number[], pass?: Pass): void;
  draw(pass: Pass, target: WebGLFramebuffer, first: number, vertices: number): void;
  dispose(): void;
}

export type UniformKind = 'int' | 'uint' | 'float' | 'ivec4';

/**
 * Compiles the passes.
 * @param shaders  vertex and fragment shader by pass, and what it draws if not triangles
 * @throws SdkError `engine-unavailable`, `engine-lost`
 */
export function createPasses<Pass extends string, Unit extends string>(
  device: Device,
  units: readonly Unit[],
  shaders: Readonly<Record<Pass, readonly [vertex: string, fragment: string, mode?: 'points']>>,
): Passes<Pass, Unit> {
  const { gl } = device;
  const names = Object.keys(shaders) as Pass[];
  const programs = new Map<Pass, DrawProgram>();
  for (const name of names) programs.set(name, compileDraw(device, shaders[name][0], shaders[name][1]));
  const uniforms = new Map<string, { readonly location: WebGLUniformLocation | null; value: string }>();
  const vertexArray = gl.createVertexArray();
  const bound = new Map<Unit, WebGLTexture>();
  let isSampling = false;

  const write = (location: WebGLUniformLocation, kind: UniformKind, value: number | readonly number[]): void => {
    if (kind === 'ivec4') gl.uniform4iv(location, value as number[]);
    else if (kind === 'int') gl.uniform1i(location, value as number);
    else if (kind === 'uint') gl.uniform1ui(location, value as number);
    else gl.uniform1f(location, value as number);
  };
  const set: Passes<Pass, Unit>['set'] = (name, kind, value, only) => {
    const text = String(value);
    for (const pass of only === undefined ? names : [only]) {
      const key = `${pass} ${name}`;
      let known = uniforms.get(key);
      if (known === undefined) uniforms.set(key, (known = { location: programs.get(pass)!.uniform(name), value: '' }));
      if (known.location === null || known.value === text) continue;
      known.value = text;
      gl.useProgram(programs.get(pass)!.program);
      write(known.location, kind, value);
    }
  };
  return {
    begin() {
      gl.bindVertexArray(vertexArray);
      gl.disable(gl.SCISSOR_TEST);
      gl.disable(gl.CULL_FACE);
      gl.disable(gl.BLEND);
      gl.viewport(0, 0, device.maxEdge, device.maxEdge);
      if (isSampling) return;
      isSampling = true;
      for (const [number, unit] of units.entries()) set(unit, 'int', number);
      set('viewportEdge', 'int', device.maxEdge);
    },
    end() {
      bound.clear();
      gl.bindVertexArray(null);
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      for (const unit of units.keys()) {
        gl.activeTexture(gl.TEXTURE0 + unit);
        gl.bindTexture(gl.TEXTURE_2D, null);
      }
      gl.activeTexture(gl.TEXTURE0);
    },
    bind(unit, texture) {
      if (bound.get(unit) === texture) return;
      bound.set(unit, texture);
      gl.activeTexture(gl.TEXTURE0 + units.indexOf(unit));
      gl.bindTexture(gl.TEXTURE_2D, texture);
    },
    set,
    draw(pass, target, first, vertices) {
      gl.bindFramebuffer(gl.FRAMEBUFFER, target);
      gl.useProgram(programs.get(pass)!.program);
      gl.drawArrays(shaders[pass][2] === 'points' ? gl.POINTS : gl.TRIANGLES, first, vertices);
    },
    dispose() {
      for (const { program } of programs.values()) gl.deleteProgram(program);
      gl.deleteVertexArray(vertexArray);
    },
  };
}
