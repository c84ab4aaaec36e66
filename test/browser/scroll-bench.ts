import { cpus } from 'node:os'
import { temporaryFolder } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import { buildCountedChat } from './counted-chat'
import { launchChromium } from './engine/chromium'
import type { TestBrowser, TestPage } from './engine/port'
import { longRoom } from './long-room'
import type { RowRenders } from './row-renders-main'

/**
 * `npm run bench:scroll [screens]`: the web chat in a room of 100 and one of 100,000 messages: when its first row is painted,
 * and what a frame costs the page while it is scrolled up by so many screens (400) and back. Fails when the large room opens
 * in more than 1.5 times what the small one takes, or has more than 120 rows in the page.
 */
const [FEW, MANY] = [100, 100_000]
const OPENINGS = 9
const MOST_RATIO = 1.5
const MOST_ROWS = 120
const SCREENS = Number(process.argv[2] ?? 400)

type Counted = Window & { rowRenders: RowRenders; gc?: () => void }
type Scrolled = {
  frames: readonly number[]
  rows: number
  heapMb: number
  longTasks: readonly number[]
  seq: number
}

const at = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ??
  Number.NaN
const say = (what: string, ...values: readonly (number | string)[]): void => {
  const shown = values.map((value) => (typeof value === 'number' ? value.toFixed(1) : value).padStart(9))
  process.stdout.write(`${what.padEnd(44)}${shown.join('')}\n`)
}

async function firstPaint({ page }: ChatPage): Promise<number> {
  await page.reload()
  return page.evaluate(async () => {
    for (;;) {
      const ms = (window as unknown as Counted).rowRenders?.firstPaintMs() ?? null
      if (ms !== null) return ms
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })
}

const scroll = (page: TestPage, screens: number): Promise<Scrolled> =>
  page.evaluate(async (count) => {
    const log = document.querySelector('[role=log]')
    const counted = window as unknown as Counted
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    const longTasks: number[] = []
    const observer = new PerformanceObserver((list) =>
      longTasks.push(...list.getEntries().map(({ duration }) => duration)),
    )
    observer.observe({ entryTypes: ['longtask'] })
    let rows = 0
    const frames = await counted.rowRenders.framesWhile(async () => {
      // A tenth of a screen a frame is a fast turn of the wheel.
      for (let i = 0; i < Math.abs(count) * 10; i++) {
        log?.scrollBy(0, (Math.sign(count) * log.clientHeight) / 10)
        await frame()
        rows = Math.max(rows, document.querySelectorAll('article').length)
      }
    })
    observer.disconnect()
    counted.gc?.()
    const { memory } = performance as unknown as { memory?: { usedJSHeapSize: number } }
    const seq = Number(document.querySelector<HTMLElement>('article')?.dataset.seq)
    return { frames, rows, longTasks, seq, heapMb: (memory?.usedJSHeapSize ?? 0) / 1e6 }
  }, screens)

async function main(browser: TestBrowser, site: string): Promise<boolean> {
  await using few = await longRoom(FEW, site)
  await using many = await longRoom(MANY, site)
  await using small = await ChatPage.join(browser, few.url, 'Ada')
  await using large = await ChatPage.join(browser, many.url, 'Ada')
  const paints: { few: number[]; many: number[] } = { few: [], many: [] }
  for (let i = 0; i < OPENINGS; i++) {
    paints.few.push(await firstPaint(small))
    paints.many.push(await firstPaint(large))
  }
  const ratio = at(paints.many, 0.5) / at(paints.few, 0.5)
  say('', '100', '100,000')
  say('first row painted, ms, median', at(paints.few, 0.5), at(paints.many, 0.5))
  say('ratio', ratio)

  await large.has('article')
  const up = await scroll(large.page, -SCREENS)
  const down = await scroll(large.page, SCREENS)
  say('', 'up', 'down')
  say('first row in the page, its number', String(up.seq), String(down.seq))
  for (const [name, part] of [
    ['median', 0.5],
    ['p95', 0.95],
    ['most', 1],
  ] as const)
    say(`a frame's own work, ms, ${name}`, at(up.frames, part), at(down.frames, part))
  say('long tasks (over 50 ms)', String(up.longTasks.length), String(down.longTasks.length))
  say('most rows in the page', String(up.rows), String(down.rows))
  say('JavaScript heap after it, MB', up.heapMb, down.heapMb)
  return ratio <= MOST_RATIO && Math.max(up.rows, down.rows) <= MOST_ROWS
}

using folder = temporaryFolder()
const browser = await launchChromium()
try {
  const site = `${folder.path}/site`
  await buildCountedChat(site)
  process.stdout.write(
    `Chromium ${browser.version}, ${cpus().length} × ${cpus()[0]?.model}, ${SCREENS} screens\n`,
  )
  process.exitCode = (await main(browser, site)) ? 0 : 1
} finally {
  await browser.close()
}
