import { broken, ByteReader, ByteWriter } from './bytes.js';
import { VECTOR_DIM } from './format.js';
import type { VectorBasis } from './item-vectors.js';

/** The basis between two builds, kept by the shop beside the catalogue and never fetched by a device. */
export function encodeBasis(basis: VectorBasis): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.count(VECTOR_DIM);
  writer.count(basis.catalogueVersion);
  writer.count(basis.features.length);
  writer.column(basis.features);
  for (const floats of [basis.idf, basis.mean, basis.directions])
    writer.column(new Uint32Array(floats.buffer, floats.byteOffset, floats.length));
  return writer.finish();
}

/** Errors: `catalogue-invalid`. */
export function decodeBasis(bytes: Uint8Array): VectorBasis {
  const reader = new ByteReader(bytes);
  const dim = reader.count();
  if (dim !== VECTOR_DIM) throw broken(`the basis has ${dim} dimensions, expected ${VECTOR_DIM}`);
  const catalogueVersion = reader.count();
  const count = reader.count();
  const features = reader.column(count);
  const floats = (length: number): Float32Array => new Float32Array(reader.column(length).buffer);
  const basis = { catalogueVersion, features, idf: floats(count), mean: floats(count), directions: floats(count * VECTOR_DIM) };
  reader.end();
  return basis;
}
