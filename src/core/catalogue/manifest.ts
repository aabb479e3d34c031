import { SdkError } from '../errors.js';
import { CATALOGUE_FORMAT, MAX_DELTAS, type CatalogueManifest, type ChunkRef, type ModelManifest } from './format.js';

/** A chunk above this is no catalogue of ours: 100k items need less than 2 MB each. */
const MAX_CHUNK_BYTES = 64 * 2 ** 20;

/**
 * The manifest out of JSON, checked field by field. By hand: the schema library would cost the worker more bytes than
 * this. Unknown fields are left for newer builds.
 * Errors: `catalogue-invalid`.
 */
export function parseManifest(json: unknown): CatalogueManifest {
  const { format, version, items, ranking, names, offers, variants, model, vectors, deltas } = fieldsOf(json, 'the manifest');
  if (format !== CATALOGUE_FORMAT) throw wrong('format', format, `${CATALOGUE_FORMAT}; this SDK and the build of the catalogue do not fit`);
  if (!Array.isArray(deltas) || deltas.length > MAX_DELTAS) throw wrong('deltas', deltas, `a list of at most ${MAX_DELTAS} chunks`);
  return {
    format,
    version: whole(version, 'version'),
    items: whole(items, 'items'),
    ranking: chunkOf(ranking, 'ranking'),
    names: optional(names, 'names'),
    offers: chunkOf(offers, 'offers'),
    variants: optional(variants, 'variants'),
    model: model === null ? null : modelOf(model),
    vectors: optional(vectors, 'vectors'),
    deltas: deltas.map((delta, index) => chunkOf(delta, `deltas[${index}]`)),
  };
}

/** Every chunk that a device needs, base first. */
export function chunksOf(manifest: CatalogueManifest): ChunkRef[] {
  const { ranking, names, offers, variants, vectors, deltas } = manifest;
  return [ranking, names, offers, variants, vectors, ...deltas].filter((ref) => ref !== null);
}

function optional(value: unknown, name: string): ChunkRef | null {
  return value === null ? null : chunkOf(value, name);
}

function chunkOf(value: unknown, name: string): ChunkRef {
  const { url, hash, sizeBytes } = fieldsOf(value, name);
  // Relative and flat: a manifest cannot send the device to another origin.
  if (typeof url !== 'string' || !/^[\w-][\w.-]{0,80}$/.test(url))
    throw wrong(`${name}.url`, url, 'the name of a file beside the manifest');
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) throw wrong(`${name}.hash`, hash, 'a SHA-256 in hex');
  const size = whole(sizeBytes, `${name}.sizeBytes`);
  if (size > MAX_CHUNK_BYTES) throw wrong(`${name}.sizeBytes`, size, `at most ${MAX_CHUNK_BYTES}`);
  return { url, hash, sizeBytes: size };
}

function modelOf(value: unknown): ModelManifest {
  const { catalogueVersion, hashSeed, featureManifestVersion, dim } = fieldsOf(value, 'model');
  return {
    catalogueVersion: whole(catalogueVersion, 'model.catalogueVersion'),
    hashSeed: whole(hashSeed, 'model.hashSeed'),
    featureManifestVersion: whole(featureManifestVersion, 'model.featureManifestVersion'),
    dim: whole(dim, 'model.dim'),
  };
}

function fieldsOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw wrong(name, value, 'an object');
  return value as Record<string, unknown>; // any object may be asked for any key
}

function whole(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw wrong(name, value, 'a whole number from 0');
  return value;
}

function wrong(name: string, got: unknown, expected: string): SdkError {
  return new SdkError(
    'catalogue-invalid',
    `catalogue manifest: ${name} is ${got === undefined ? 'missing' : JSON.stringify(got).slice(0, 80)}, expected ${expected}`,
  );
}
