import type { ClientOptions } from './client-types.js';

/** `data-*` of the script tag, as `dataset` names them. */
export interface TagData {
  readonly site?: string;
  readonly endpoint?: string;
  readonly catalogue?: string;
  readonly engine?: string;
  readonly storage?: string;
  readonly worker?: string;
  readonly chunkBase?: string;
  /** URL, or `off`. */
  readonly switch?: string;
  /** `off`: the shop calls `track` itself. */
  readonly dataLayer?: string;
}

/** Values are checked by `resolveOptions`, like those of any shop; here only their names and types change. */
export function optionsOfTag(data: TagData): Record<keyof ClientOptions, unknown> {
  const { site, endpoint, catalogue, engine, storage, worker, chunkBase, dataLayer } = data;
  const options = {
    site,
    endpoint,
    catalogue,
    engine,
    storage,
    workerUrl: worker,
    chunkBase,
    switchUrl: data.switch === 'off' ? false : data.switch,
    dataLayer: dataLayer !== 'off',
  };
  return options as Record<keyof ClientOptions, unknown>;
}
