/** What `--tune` does: the first of the configurations with the least loss; a loss that is no number never wins. */
export function chooseLeast<Config extends object>(
  grid: readonly Config[],
  lossOf: (config: Config) => number,
  tell: (done: number, of: number) => void,
): Config {
  let best = grid[0]!;
  let bestLoss = Infinity;
  for (const [at, config] of grid.entries()) {
    const loss = lossOf(config);
    if (loss < bestLoss) [best, bestLoss] = [config, loss];
    tell(at + 1, grid.length);
  }
  return best;
}
