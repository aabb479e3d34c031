import { chromium, type Browser } from 'playwright';
import { chromiumArgs, findChromium } from '../../build/browser.js';

/** A real, headless Chromium; `await using` closes it. */
export async function launchBrowser(extraArgs: readonly string[] = []): Promise<Browser & AsyncDisposable> {
  const executablePath = findChromium();
  const browser = await chromium.launch({
    args: [...chromiumArgs, ...extraArgs],
    ...(executablePath === undefined ? {} : { executablePath }),
  });
  return browser;
}
