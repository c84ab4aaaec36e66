/** Above this a burst has come: its rows would all be in the page. */
const KEPT_MAX = 100

/** The row with the focus, and those from `endPlace` to the end; -1: there is no such row. */
export function placesKept(place: number, endPlace: number, count: number): number[] {
  const isFew = endPlace >= 0 && count - endPlace <= KEPT_MAX
  const end = !isFew ? [] : Array.from({ length: count - endPlace }, (_, i) => endPlace + i)
  return place < 0 || end.includes(place) ? end : [place, ...end]
}
