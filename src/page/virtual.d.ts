/** The worker as one classic script; the build's plugin provides it. */
declare module 'virtual:homebody-worker' {
  const source: string;
  export default source;
}
