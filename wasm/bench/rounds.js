// Contestants take turns, so that what else the machine does hits all of them; a figure is the median of its rounds.

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** One median for each contestant. measure(contestant) gives the figure of one round; one round before the first is not counted. */
export async function inTurn(contestants, rounds, measure) {
  const figures = contestants.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const figure = await measure(contestant);
      if (round > 0) figures[i].push(figure);
    }
  }
  return figures.map(median);
}

/** Rows of ./llmsys bench: the first contestant beside each of the others, or alone. ratio above 1: the first is faster. */
export function rowsOf(slot, name, what, unit, contestants, medians) {
  const own = { slot, name, case: what, threads: 1, value: medians[0], unit };
  if (contestants.length === 1) return [own];
  return contestants.slice(1).map((peer, i) => ({ ...own, peer: peer.name, peerValue: medians[i + 1], ratio: medians[0] / medians[i + 1] }));
}
