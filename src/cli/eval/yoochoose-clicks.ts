import { basename } from 'node:path';
import type { SequenceEvent } from '../../core/learners/sequence/sequence.js';
import { readLines } from './data-file.js';
import { findFolder } from './find-folder.js';
import { findTable } from './find-table.js';

const columns = ['SessionId', 'ItemId', 'Time'] as const;

export interface Clicks {
  readonly file: string;
  /** In order of time, equal times as in the file; sessions and items are numbered in that order from 0. */
  readonly events: readonly SequenceEvent[];
  readonly sessions: number;
  readonly items: number;
}

/** Errors: no or several files, other columns, a row that is not (id, id, seconds), with its line. */
export async function readClicks(dir: string): Promise<Clicks> {
  const folder = await findFolder(
    dir,
    `a .tsv[.gz] file with the columns ${columns.join(', ')}`,
    (file, inside) => /\.tsv(\.gz)?$/.test(file) && (inside === dir || basename(inside).startsWith('yoochoose')),
  );
  const file = await findTable(folder, 'train_full.tsv', '.tsv');
  const rows: { session: string; item: string; atMs: number }[] = [];
  let places: readonly number[] | null = null;
  let lineNumber = 0;
  for await (const line of readLines(file)) {
    const cells = line.replace(/^\uFEFF/, '').split('\t');
    lineNumber++;
    if (places === null) {
      places = columns.map((column) => cells.indexOf(column));
      if (places.includes(-1))
        throw new Error(`${file}: expected a header with ${columns.join(', ')}, separated by tabs; got ${cells.join(', ')}`);
      continue;
    }
    const [session, item, time] = places.map((place) => cells[place]?.trim() ?? '');
    const atMs = time === '' ? NaN : Number(time) * 1000;
    if (!session || !item || !Number.isFinite(atMs))
      throw new Error(`${file}: row ${lineNumber}: expected a session, an item and a time in seconds, got ${JSON.stringify(line)}`);
    rows.push({ session, item, atMs });
  }
  if (rows.length === 0) throw new Error(`${file}: expected clicks, got none`);
  rows.sort((a, b) => a.atMs - b.atMs); // stable
  const sessions = numbering();
  const items = numbering();
  const events = rows.map(({ session, item, atMs }) => ({ session: sessions.of(session), item: items.of(item), atMs }));
  return { file: basename(file), events, sessions: sessions.size(), items: items.size() };
}

function numbering(): { of(name: string): number; size(): number } {
  const numbers = new Map<string, number>();
  return {
    of(name) {
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      return number;
    },
    size: () => numbers.size,
  };
}
