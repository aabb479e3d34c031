declare module 'color-name-list/bestof' {
  /** Best-of list of the MIT-licensed package `color-name-list`; hex is `#rrggbb` and unique. */
  export const colornames: readonly { readonly name: string; readonly hex: string }[];
}
