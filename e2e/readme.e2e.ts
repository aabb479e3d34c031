import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { launchBrowser } from './support/browser.js';
import { distDir } from './support/demo.js';
import { servePage } from './support/served-page.js';

const snippets = ['script-tag.html', 'module.js', 'react.jsx', 'server.js'] as const;

test.each(snippets)('README shows %s as it is tested', async (name) => {
  const readme = await readFile('README.md', 'utf8');
  const snippet = await readFile(`e2e/readme/${name}`, 'utf8');
  expect(readme).toContain(`\n${snippet}\`\`\``);
});

test('the script tag of the README arranges its list after consent and three looks', async () => {
  const snippet = await readFile('e2e/readme/script-tag.html', 'utf8');
  await using shop = await servePage(`<!doctype html><title>shop</title>${snippet}`);
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  await page.goto(shop.url);
  await page.getByRole('button', { name: 'Arrange this shop for me' }).click();
  await page.evaluate(() => {
    const layer = (window as unknown as { dataLayer: unknown[] }).dataLayer;
    for (let look = 0; look < 3; look++) {
      layer.push(
        { ecommerce: null },
        {
          event: look === 1 ? 'add_to_cart' : look === 2 ? 'add_to_wishlist' : 'view_item',
          ecommerce: { items: [{ item_id: 'C', item_name: 'Lagoon', item_category: 'Blues' }] },
        },
      );
    }
  });
  await page.waitForFunction(
    () => (window as unknown as { homebody: { status(): { phase: string } } }).homebody.status().phase === 'ready',
  );
  await page.evaluate(() => (window as unknown as { homebody: { flush(): Promise<void> } }).homebody.flush());
  // Just after the yes a list in sight changes at once, later when the shopper asks.
  await page.waitForFunction(() => {
    document.querySelector<HTMLElement>('.homebody-chip')?.click();
    return document.querySelector('[data-homebody-item]')!.getAttribute('data-homebody-item') === 'C';
  });
  const ids = await page
    .locator('[data-homebody-item]')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-homebody-item')));
  expect(ids).toEqual(['C', 'A', 'B']);
});

test('the server of the README starts, answers and stores its rounds', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'homebody-server-'));
  const source = (await readFile('e2e/readme/server.js', 'utf8'))
    .replace("'homebody/server'", JSON.stringify(path.join(distDir, 'server.js')))
    .replace('sqlite:rounds.db', `sqlite:${folder}/rounds.db`);
  await writeFile(`${folder}/server.mjs`, source);
  const child = spawn(process.execPath, [`${folder}/server.mjs`], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8').trim()));
      child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
    });
    const tasks = (await (await fetch(`${url}/v1/tasks/my-shop`)).json()) as { tasks: { policy: { minimumBatch: number } }[] };
    expect(tasks.tasks[0]!.policy.minimumBatch).toBe(500);
  } finally {
    child.kill();
    await rm(folder, { recursive: true, force: true });
  }
});
