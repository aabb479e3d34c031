import type { Client } from '../client/homebody.js';

/** What a tab gets. Everything it knows of Homebody comes through the public client. */
export interface TabContext {
  readonly client: Client;
  /** Aborted when the tab is left. */
  readonly signal: AbortSignal;
}

export interface Tab {
  readonly id: string;
  readonly label: string;
  /** One sentence below the title. */
  readonly about: string;
  /** Can it show something before *personalise* is on? */
  readonly needsProfile: boolean;
  /** Fills `place` and keeps it fresh until `signal` aborts. */
  readonly mount: (place: HTMLElement, context: TabContext) => void;
}
