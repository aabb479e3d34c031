/**
 * The shop's own, for a shelf that still opens without a connection. Registered only after *personalise*: before a yes this
 * shop stores nothing. The window and the shop's
 * files come from the network first and are kept; which other pages someone opened is written nowhere.
 */

interface ServiceWorkerLike {
  addEventListener(type: 'install' | 'activate' | 'fetch', listener: (event: WorkerEvent) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
}

interface WorkerEvent {
  readonly request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}

// This file alone runs in a service worker; its library would clash with the page's, so what is used is named above.
const worker = self as unknown as ServiceWorkerLike;

const CACHE = 'northlight/pages';
const kept = ['/assets/', '/homebody/', '/shelf/', '/homebody.json'];

worker.addEventListener('install', (event) =>
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(['/', '/offline', '/shelf/home.json']))
      .then(() => worker.skipWaiting()),
  ),
);
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(pathname === '/' ? networkFirst(request) : fetch(request).catch(() => offlinePage()));
  else if (kept.some((prefix) => pathname.startsWith(prefix))) event.respondWith(networkFirst(request));
});

async function networkFirst(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (thrown) {
    const found = await cache.match(request);
    if (found === undefined) throw thrown;
    return found;
  }
}

async function offlinePage(): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match('/offline')) ?? Response.error();
}
