/** How far each of the others has read, from the furthest. */
export function readSeqsOf(reads: ReadonlyMap<string, number>, myId: string): readonly number[] {
  return [...reads]
    .filter(([userId]) => userId !== myId)
    .map(([, seq]) => seq)
    .sort((a, b) => b - a)
}

/** How many of them have read this message. It is not sent yet: seq 0, and nobody. */
export function readersOf(seq: number, readSeqs: readonly number[]): number {
  if (seq <= 0) return 0
  let [from, to] = [0, readSeqs.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((readSeqs[middle] ?? 0) >= seq) from = middle + 1
    else to = middle
  }
  return from
}
