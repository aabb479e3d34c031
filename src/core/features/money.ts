/** Amounts and currencies as shops write them: for people in many ways, for machines in one. */

export interface Money {
  /** Major units. */
  readonly amount: number;
  /** ISO 4217, upper case; absent where the text does not say, or says “$”, which is a dozen currencies. */
  readonly currency?: string;
}

/** Currencies whose minor unit is not a hundredth. @see ISO 4217, table A.1 */
const wholeUnits = /^(BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|VND|VUV|XAF|XOF|XPF)$/;
const thousandths = /^(BHD|IQD|JOD|KWD|LYD|OMR|TND)$/;

/**
 * One amount, not negative: `39.5`, `1.299,00 €`, `EUR 1,299.00`, `1’299.– CHF`, `1 299,50 kr`, `¥1,299`. Where both `.` and `,`
 * stand, the last is the decimal one. One of them before exactly three digits parts thousands, unless the text is a plain decimal
 * number (`1.299`) or the currency has thousandths.
 *
 * @returns  undefined for anything else: a range, a per cent, words
 */
export function moneyOf(text: string): Money | undefined {
  const plain = text.normalize('NFKC').trim();
  const [, before = '', digits = '', after = ''] = /^([\p{L}\p{Sc}. ]*)(\d[\d.,'’ ]*)([-–— \p{L}\p{Sc}.]*)$/u.exec(plain) ?? [];
  const marks = `${before}${after}`.replaceAll(/[-–—. ]/g, '');
  if (marks.length > 3) return undefined; // more than a currency: words
  const currency = currencyOf(marks);
  const number = /^\d+(\.\d+)?$/.test(plain) ? plain : decimalOf(digits.replaceAll(/['’ ]/g, '').replace(/[.,]$/, ''), currency);
  const amount = Number(number);
  if (!Number.isFinite(amount)) return undefined;
  return { amount, ...(currency !== undefined && { currency }) };
}

/** `eur`, `€` → `EUR`; undefined for what is no code and no sign of one currency. */
export function currencyOf(text: string): string | undefined {
  const code = text.trim().toUpperCase();
  return code === '€' ? 'EUR' : code === '£' ? 'GBP' : /^[A-Z]{3}$/.test(code) ? code : undefined;
}

/** For adapters of sources that tell minor units, which only they know: 1299 USD cents are 12.99, 1299 JPY are 1299. */
export function majorUnits(minor: number, currency: string): number {
  return minor / (wholeUnits.test(currency) ? 1 : thousandths.test(currency) ? 1_000 : 100);
}

/** With a decimal point and nothing else. @param text  digits, `.` and `,`, a digit first and last */
function decimalOf(text: string, currency: string | undefined): string | undefined {
  const decimal = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','));
  if (decimal < 0) return /^\d+$/.test(text) ? text : undefined;
  const mark = text[decimal]!;
  const isAlone = text.indexOf(mark) === decimal;
  const [whole, rest] = [text.slice(0, decimal), text.slice(decimal + 1)];
  const isGroup = rest.length === 3 && /^[1-9]\d{0,2}$/.test(whole) && !thousandths.test(currency ?? '');
  const fraction = isAlone && !isGroup ? rest : '';
  const groups = fraction === '' ? text : whole;
  // Thousands are parted by one mark in groups of three; in India all but the last in groups of two.
  if (!/^\d+$|^\d{1,3}(\.\d{2,3})*\.\d{3}$|^\d{1,3}(,\d{2,3})*,\d{3}$/.test(groups)) return undefined;
  return `${groups.replaceAll(/[.,]/g, '')}.${fraction}0`;
}
