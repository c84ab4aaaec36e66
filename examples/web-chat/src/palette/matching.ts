/** Without accents and case: what is typed fits what is meant. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim()

/** Those whose text has all words of the query, the ones that begin with it first; otherwise in their order. */
export function matching<T>(items: readonly T[], query: string, textOf: (item: T) => string): readonly T[] {
  const wanted = plain(query)
  if (wanted === '') return items
  const words = wanted.split(/\s+/)
  const found = items
    .map((item) => ({ item, text: plain(textOf(item)) }))
    .filter(({ text }) => words.every((word) => text.includes(word)))
  const begins = found.filter(({ text }) => text.startsWith(wanted))
  return [...begins, ...found.filter(({ text }) => !text.startsWith(wanted))].map(({ item }) => item)
}
