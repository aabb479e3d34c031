import { expect, test } from 'vitest';
test('webgl2 in software', () => {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  expect(gl).not.toBeNull();
  expect(gl!.getExtension('EXT_float_blend')).not.toBeNull();
  expect(gl!.getExtension('EXT_color_buffer_float')).not.toBeNull();
});
