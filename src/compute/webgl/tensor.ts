import { engine, type Tensor } from '@tensorflow/tfjs-core/dist/base';
import type { TensorInfo } from '@tensorflow/tfjs-core/dist/base';
import type { Device } from './device.js';
import { uploadTexels } from './draw.js';

/** Tensors of tfjs that live on the GPU only. Made inside a `tidy` they end with it, unless they are kept. */

/** A tensor without content whose texture exists already. */
export function makeTensor(device: Device, shape: number[]): Tensor {
  const info = device.backend.makeTensorInfo(shape, 'float32');
  const tensor = adopt(device, info);
  device.backend.uploadToGPU(tensor.dataId);
  return tensor;
}

/** Lets tfjs' scopes count and dispose what a program answered. */
export function adopt(device: Device, info: TensorInfo): Tensor {
  return engine().makeTensorFromTensorInfo(info, device.backend);
}

/** A tensor with these values: [shape], row-major. */
export function makeTensorOf(device: Device, values: Float32Array, shape: number[]): Tensor {
  return adopt(device, device.backend.makeTensorInfo(shape, 'float32', values));
}

export interface TensorTexture {
  readonly texture: WebGLTexture;
  readonly width: number;
  readonly height: number;
}

/** The texture behind a tensor, straight from `texData`: one value per texel, row-major. */
export function textureOf(device: Device, tensor: Tensor): TensorTexture {
  device.backend.uploadToGPU(tensor.dataId);
  const data = device.backend.texData.get(tensor.dataId);
  const [height, width] = data.texShape!; // set by the upload
  return { texture: data.texture!.texture, width, height };
}

/** Overwrites a tensor's texture in place; values beyond `values` keep what they were. */
export function overwriteTensor(device: Device, tensor: Tensor, values: Float32Array): void {
  const { texture, width, height } = textureOf(device, tensor);
  uploadTexels(device, texture, 'R32F', width, height, values);
  device.backend.texData.get(tensor.dataId).values = null as never; // tfjs must not answer from a stale copy
}
