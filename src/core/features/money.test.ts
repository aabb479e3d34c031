import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currencyOf, majorUnits, moneyOf } from './money.js';

describe('moneyOf', () => {
  test.each<[string, number, string | undefined]>([
    ['39.50', 39.5, undefined],
    ['1299', 1299, undefined],
    ['1.299', 1.299, undefined],
    ['1.299,00 €', 1299, 'EUR'],
    ['1,299.00', 1299, undefined],
    ['EUR 12', 12, 'EUR'],
    ['12,5', 12.5, undefined],
    ['eur 1.299', 1299, 'EUR'],
    ['1,299', 1299, undefined],
    ['0,299 €', 0.299, 'EUR'],
    ['1.299 KWD', 1.299, 'KWD'],
    ['1.234.567 Kč', 1_234_567, undefined],
    ['₹1,29,900.00', 129_900, undefined],
    ['£1,299.99', 1299.99, 'GBP'],
    ['US$ 5', 5, undefined],
    ['$5', 5, undefined],
    ['1 299,50 kr', 1299.5, undefined],
    ['1 299,50 €', 1299.5, 'EUR'],
    ['1’299.– CHF', 1299, 'CHF'],
    ["CHF 1'299.50", 1299.5, 'CHF'],
    ['12,- €', 12, 'EUR'],
    ['Fr. 12.50', 12.5, undefined],
    ['12,345', 12_345, undefined],
    ['１２３ 円', 123, undefined],
  ])('reads “%s”', (text, amount, currency) => {
    expect(moneyOf(text)).toEqual({ amount, ...(currency !== undefined && { currency }) });
  });

  test.each([
    '',
    'free',
    '10 – 20 €',
    '10-20',
    '-5 €',
    '20 %',
    'from 12 €',
    '1,2,3',
    '1.2.3,4',
    '1,299.00.5',
    '1.299,00,5',
    '1e3',
    '12 months',
    '..',
    '€',
    'Infinity',
    '9'.repeat(400),
  ])('takes “%s” for no amount', (text) => expect(moneyOf(text)).toBeUndefined());

  test('reads back what Intl writes, in any of its styles', () => {
    const locales = ['en', 'de', 'de-CH', 'fr', 'sv', 'pl', 'hi', 'en-IN', 'ja', 'pt-BR', 'es', 'it', 'nl', 'cs'];
    fc.assert(
      fc.property(
        fc.constantFrom(...locales),
        fc.integer({ min: 0, max: 999_999_999 }),
        fc.constantFrom('EUR', 'GBP', 'CHF'),
        fc.constantFrom('code', 'symbol'),
        (locale, cents, currency, currencyDisplay) => {
          const text = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay }).format(cents / 100);
          expect(moneyOf(text)?.amount, text).toBe(cents / 100);
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });

  test('answers a finite amount from 0, or nothing, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0 1 2 3 4 5 6 7 8 9 . , ’ - € E U R %'.split(' '), ' ') })),
        (text) => {
          const money = moneyOf(text);
          if (money !== undefined) expect(money.amount >= 0 && Number.isFinite(money.amount)).toBe(true);
        },
      ),
      { seed: 6, numRuns: 500 },
    );
  });
});

test('currencies are codes in upper case, or signs that mean one', () => {
  expect([' eur ', '€', '£', '$', '¥', 'euro', '', 'E1R'].map(currencyOf)).toEqual([
    'EUR',
    'EUR',
    'GBP',
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('minor units are parts of the currency’s own size', () => {
  expect([majorUnits(1299, 'USD'), majorUnits(1299, 'JPY'), majorUnits(1299, 'KWD'), majorUnits(0, 'EUR')]).toEqual([
    12.99, 1299, 1.299, 0,
  ]);
});
