import type { BrowserContext, Page } from 'playwright';

declare global {
  interface Window {
    layoutShifts: { readonly value: number; readonly hadRecentInput: boolean; readonly what: string }[];
    takeLayoutShifts: () => void;
  }
}

export interface Shifts {
  /** What the vital counts: shifts that no input explains. */
  readonly cls: number;
  /** Within half a second of an input: not part of the vital. */
  readonly afterInput: number;
  /** What moved, for a person. */
  readonly moved: readonly string[];
}

/** Watches every page of a profile from its first frame on. */
export async function watchLayoutShifts(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    window.layoutShifts = [];
    interface LayoutShift extends PerformanceEntry {
      readonly value: number;
      readonly hadRecentInput: boolean;
      readonly sources: readonly { readonly node: Node | null }[];
    }
    const take = (entries: PerformanceEntryList): void => {
      for (const entry of entries as LayoutShift[]) {
        const what = entry.sources
          .map(({ node }) => (node instanceof Element ? `${node.tagName}.${node.className}` : String(node?.nodeName)))
          .join(' ');
        window.layoutShifts.push({ value: entry.value, hadRecentInput: entry.hadRecentInput, what });
      }
    };
    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    observer.observe({ type: 'layout-shift', buffered: true });
    window.takeLayoutShifts = () => take(observer.takeRecords());
  });
}

/** Shifts of this view so far; everything that was drawn is counted. */
export async function layoutShifts(page: Page): Promise<Shifts> {
  const shifts = await page.evaluate(async () => {
    // A shift is reported with the frame it happened in.
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    window.takeLayoutShifts();
    return window.layoutShifts;
  });
  const sum = (isAfterInput: boolean): number =>
    shifts.filter(({ hadRecentInput }) => hadRecentInput === isAfterInput).reduce((total, { value }) => total + value, 0);
  return {
    cls: sum(false),
    afterInput: sum(true),
    moved: shifts.map(({ value, hadRecentInput, what }) => `${value.toFixed(4)}${hadRecentInput ? ' after input' : ''}: ${what}`),
  };
}
