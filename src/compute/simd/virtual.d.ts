/** The WebAssembly module of `assembly/`, in hexadecimal; the build's plugin provides it. */
declare module 'virtual:homebody-simd' {
  const binary: string;
  export default binary;
}
