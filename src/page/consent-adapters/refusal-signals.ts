/** The browser's own refusals, read where they are needed: a shopper may change them while the page is open. */
export interface SignalNavigator {
  readonly globalPrivacyControl?: boolean;
  readonly doNotTrack?: string | null;
}

/**
 * Does the browser say that nothing may leave this device for others? Global Privacy Control always counts; Do Not Track only where the
 * shop asks for it, because its standard was given up and browsers have sent it without asking anybody.
 * @see https://w3c.github.io/gpc/ (section 3.2, `navigator.globalPrivacyControl`)
 * @see https://www.w3.org/TR/tracking-dnt/ (section 5.3: the value is `'1'`, anything else says no such thing)
 */
export function refusesContribution(navigator: SignalNavigator | undefined, honoursDoNotTrack = false): boolean {
  return navigator?.globalPrivacyControl === true || (honoursDoNotTrack && navigator?.doNotTrack === '1');
}
