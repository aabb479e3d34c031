import { createAdaptorServer } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { SdkError } from '../core/errors.js';

/** The one file that knows sockets. */
export interface Listening {
  readonly port: number;
  /** Takes no new request, waits for those under way. */
  close(): Promise<void>;
}

const PORTS_TRIED = 20;
const LAST_PORT = 65_535;

/** Listens on `port` or, where it is busy, on one of the 19 after it; 0 takes any free one. */
export async function listen(
  fetch: (request: Request, peer: string | undefined) => Response | Promise<Response>,
  host: string,
  port: number,
): Promise<Listening> {
  const server = createAdaptorServer({ fetch: (request, { incoming }) => fetch(request, incoming.socket?.remoteAddress) }) as Server; // http is the default; the type also names http2
  // A report is small: who needs longer holds a place that others wait for.
  server.requestTimeout = 20_000;
  server.headersTimeout = 10_000;
  const last = port === 0 ? 0 : Math.min(port + PORTS_TRIED - 1, LAST_PORT);
  for (let candidate = port; candidate <= last; candidate++) {
    if (await isOpened(server, host, candidate)) {
      const address = server.address() as AddressInfo; // it listens on a port, not on a pipe
      return { port: address.port, close: () => closeServer(server) };
    }
  }
  throw new SdkError('invalid-options', `ports ${port} to ${last} of ${host} are busy: name another with --port`);
}

function isOpened(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening);
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(new SdkError('invalid-options', `cannot listen on ${host}:${port}: ${error.message}`, { cause: error }));
    };
    const onListening = (): void => {
      server.off('error', onError);
      resolve(true);
    };
    server.once('error', onError).once('listening', onListening).listen(port, host);
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    // A browser that keeps a connection alive must not keep the endpoint alive.
    setTimeout(() => server.closeAllConnections(), 2_000).unref();
  });
}
