import type { Plugin } from 'vite';

export function simdBinary(): Plugin;
