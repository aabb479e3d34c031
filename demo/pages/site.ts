/** What every page needs to know of the server it is rendered by. */
export interface Site {
  readonly name: string;
  /** Base URL of the rounds endpoint. */
  readonly endpointUrl: string;
  /** The inline snippet of the built package, '' where it is not built. */
  readonly snippet: string;
  /** Appended to the shop's own assets, so that they can be cached for ever. */
  readonly version: string;
}
