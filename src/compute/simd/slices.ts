/**
 * Cuts rows into runs whose bytes fit: the scratch of a home never grows, and a run that fits it stays in the cache.
 *
 * @param bytesUpTo  bytes of the rows before this one, rising
 * @param takeOne    a single row that does not fit goes here
 */
export function eachSlice(
  rows: number,
  budgetBytes: number,
  bytesUpTo: (row: number) => number,
  take: (from: number, to: number) => void,
  takeOne: (row: number) => void,
): void {
  if (bytesUpTo(rows) <= budgetBytes) {
    if (rows > 0) take(0, rows);
    return;
  }
  for (let from = 0; from < rows;) {
    const base = bytesUpTo(from);
    let to = from;
    while (to < rows && bytesUpTo(to + 1) - base <= budgetBytes) to++;
    if (to === from) takeOne(to++);
    else take(from, to);
    from = to;
  }
}
