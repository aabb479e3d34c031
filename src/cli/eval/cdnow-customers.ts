import { log } from '../../core/learners/sigmoid.js';
import { readTable } from './csv.js';
import { findTable } from './find-table.js';

export interface Purchase {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly units: number;
  readonly dollars: number;
}

/** What a shop knows of a customer at the end of the calibration period, and what came after. */
export interface Customer {
  /** 1: bought again after the cut. */
  readonly label: 0 | 1;
  readonly daysSinceLast: number;
  readonly purchaseDays: number;
  readonly numbers: Readonly<Record<string, number>>;
}

const millisecondsOfDay = 86_400_000;

/** Days since 1970-01-01 of a date like 19970930; NaN for any other text. */
export function dayOf(date: string): number {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/u.exec(date) ?? [];
  return Date.parse(`${year}-${month}-${day}`) / millisecondsOfDay;
}

/** Purchases of each customer, in the order of the file. */
export async function readPurchases(dir: string): Promise<ReadonlyMap<string, readonly Purchase[]>> {
  const file = await findTable(dir, 'purchases_even_customers.tsv', '.tsv');
  const purchases = new Map<string, Purchase[]>();
  for await (const row of readTable(file, ['customer', 'date', 'units', 'dollars'], '\t')) {
    const day = dayOf(row.text('date'));
    if (Number.isNaN(day)) throw new Error(`cdnow line ${row.line}: expected a date YYYYMMDD, got “${row.text('date')}”`);
    const list = purchases.get(row.text('customer')) ?? [];
    list.push({ day, units: row.number('units'), dollars: row.number('dollars') });
    purchases.set(row.text('customer'), list);
  }
  return purchases;
}

/**
 * Customers who bought up to and including the day `cut`, by what they did until then; the label looks at days after it, up to
 * and including `end`.
 */
export function customersAt(purchases: Iterable<readonly Purchase[]>, cut: number, end: number): readonly Customer[] {
  const customers: Customer[] = [];
  for (const all of purchases) {
    const before = all.filter(({ day }) => day <= cut);
    if (before.length === 0) continue;
    const days = [...new Set(before.map(({ day }) => day))].sort((a, b) => a - b);
    const [first, last] = [days[0]!, days.at(-1)!];
    const sum = (pick: (purchase: Purchase) => number): number => before.reduce((held, each) => held + Math.max(0, pick(each)), 0);
    const dollars = sum((each) => each.dollars);
    const within = (window: number): number => days.filter((day) => day > cut - window).length;
    customers.push({
      label: all.some(({ day }) => day > cut && day <= end) ? 1 : 0,
      daysSinceLast: cut - last,
      purchaseDays: days.length,
      numbers: {
        daysSinceLast: log(1 + cut - last),
        purchaseDays: log(1 + days.length),
        dollars: log(1 + dollars),
        dollarsPerDay: log(1 + dollars / days.length),
        units: log(1 + sum((each) => each.units)),
        daysKnown: cut - first,
        daysBetween: days.length > 1 ? log(1 + (last - first) / (days.length - 1)) : 0,
        last30: log(1 + within(30)),
        last90: log(1 + within(90)),
        last180: log(1 + within(180)),
      },
    });
  }
  return customers;
}
