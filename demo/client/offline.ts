/** Keeps the shop's pages for a day without a connection, once the shopper has said yes; forgets them with the yes. */
export async function keepPages(isWanted: boolean): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  if (isWanted) {
    await navigator.serviceWorker.register('/service-worker.js', { type: 'module' });
    return;
  }
  const registrations = await navigator.serviceWorker.getRegistrations();
  if (registrations.length === 0) return;
  await Promise.all(registrations.map((each) => each.unregister()));
  await caches.delete('northlight/pages');
}
