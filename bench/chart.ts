export type Series = {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

export type Chart = {
  readonly title: string
  readonly x: string
  readonly y: string
  readonly series: readonly Series[]
}

const WIDTH = 760
const HEIGHT = 420
const PLOT = { left: 72, right: 560, top: 48, bottom: 364 }
/** Okabe and Ito's colours, which everyone can tell apart, on light and on dark. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9']
const STYLE = `text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600;font-size:15px}.grid{stroke:#d1d9e0}
.back{fill:#fff}@media (prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#3d444d}.back{fill:#0d1117}}`

/** Both axes are logarithmic. Points that are not above zero are left out. */
export function svgOf({ title, x, y, series }: Chart): string {
  const shown = series.map(({ name, points }) => ({
    name,
    points: points.filter((point) => point.x > 0 && point.y > 0),
  }))
  const all = shown.flatMap(({ points }) => points)
  const [xs, ys] = [scale(all.map((point) => point.x)), scale(all.map((point) => point.y))]
  const across = (value: number): number => round(PLOT.left + xs.at(value) * (PLOT.right - PLOT.left))
  const up = (value: number): number => round(PLOT.bottom - ys.at(value) * (PLOT.bottom - PLOT.top))
  const middle = (PLOT.top + PLOT.bottom) / 2
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}</style><rect class="back" width="${WIDTH}" height="${HEIGHT}" rx="8"/>`,
    `<text class="title" x="${PLOT.left}" y="28">${escaped(title)}</text>`,
    ...xs.ticks.map(
      (tick) =>
        `<path class="grid" d="M${across(tick)} ${PLOT.top}V${PLOT.bottom}"/>` +
        `<text x="${across(tick)}" y="${PLOT.bottom + 20}" text-anchor="middle">${label(tick)}</text>`,
    ),
    ...ys.ticks.map(
      (tick) =>
        `<path class="grid" d="M${PLOT.left} ${up(tick)}H${PLOT.right}"/>` +
        `<text x="${PLOT.left - 8}" y="${up(tick) + 4}" text-anchor="end">${label(tick)}</text>`,
    ),
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 44}" text-anchor="middle">${escaped(x)}</text>`,
    `<text x="18" y="${middle}" text-anchor="middle" transform="rotate(-90 18 ${middle})">${escaped(y)}</text>`,
    ...shown.map(({ name, points }, i) => {
      const colour = COLOURS[i % COLOURS.length]
      const places = points.map((point) => [across(point.x), up(point.y)] as const)
      const line = places.map(([left, top], n) => `${n === 0 ? 'M' : 'L'}${left} ${top}`).join('')
      const dots = places.map(([left, top]) => `<circle cx="${left}" cy="${top}" r="3.5" fill="${colour}"/>`)
      const top = PLOT.top + 12 + i * 24
      return (
        `<path d="${line}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}` +
        `<circle cx="${PLOT.right + 20}" cy="${top - 4}" r="5" fill="${colour}"/>` +
        `<text x="${PLOT.right + 32}" y="${top}">${escaped(name)}</text>`
      )
    }),
    '</svg>',
  ]
  return `${parts.join('\n')}\n`
}

/** From the power of ten below the least value to the one above the greatest. */
function scale(values: readonly number[]): { readonly ticks: readonly number[]; at(value: number): number } {
  const from = Math.floor(Math.log10(Math.min(...values)))
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))))
  return {
    ticks: Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i)),
    at: (value) => (Math.log10(value) - from) / (to - from),
  }
}

const round = (value: number): number => Math.round(value * 10) / 10
const label = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 6 })
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
