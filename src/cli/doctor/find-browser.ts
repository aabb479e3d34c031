import { existsSync } from 'node:fs';
import type { BrowserType } from 'playwright';

/** A browser to look with, or why there is none. */
export type FoundBrowser = { readonly chromium: BrowserType; readonly executablePath: string } | { readonly missing: string };

const systemPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** playwright is no dependency of the package: whoever has it gets the browser checks. */
export async function findBrowser(): Promise<FoundBrowser> {
  for (const name of ['playwright-core', 'playwright']) {
    let chromium: BrowserType;
    try {
      ({ chromium } = (await import(/* @vite-ignore */ name)) as { chromium: BrowserType });
    } catch {
      continue; // not installed
    }
    const executablePath = [process.env['CHROMIUM_PATH'], ...systemPaths, chromium.executablePath()].find(
      (path) => path !== undefined && path !== '' && existsSync(path),
    );
    return executablePath === undefined
      ? { missing: 'no Chromium here; set CHROMIUM_PATH, or run: npx playwright install chromium' }
      : { chromium, executablePath };
  }
  return { missing: 'playwright is not installed; for the checks that need a browser run: npm install --no-save playwright' };
}
