import { startDevServer } from '../integration/dev-server'
import { temporaryFolder } from '../integration/roomful-command'
import { runChaosDemo } from './chaos-demo'
import { launchChromium } from './engine/chromium'

/**
 * `npm run chaos`: the chaos page without hands in Chromium, everything on, for each seed in turns. Fails unless nothing is
 * lost, doubled or out of order, and both sides equal the server in the end. `-- --seeds 1,2,3 --seconds 120 --messages 4000`.
 */
const DEFAULTS = { seeds: '1,2,3', seconds: '120', messages: '4000' }

function option(name: keyof typeof DEFAULTS): string {
  const at = process.argv.indexOf(`--${name}`)
  return (at < 0 ? undefined : process.argv[at + 1]) ?? DEFAULTS[name]
}

const [seconds, messages] = [Number(option('seconds')), Number(option('messages'))]
const seeds = option('seeds').split(',').map(Number)
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const NAMES = [
  ...['sent', 'acked', 'lost', 'doubled', 'out-of-order', 'unkept', 'faults', 'gaps', 'healed'],
  ...['resyncs', 'reconnects', 'reloads', 'restarts'],
]

using folder = temporaryFolder()
const browser = await launchChromium()
try {
  print(['seed', ...NAMES, 'longest healing', 'verdict'].join('  '))
  for (const seed of seeds) {
    await using server = await startDevServer(`sqlite:${folder.path}/${seed}.db`)
    // A little faster than needed: while its outbox is long the robot waits.
    const pace = Math.ceil((messages / 2 / seconds) * 1.25)
    const { figures, verdict } = await runChaosDemo(browser, server.url, { seed, seconds, pace, messages })
    const values = NAMES.map((name) => String(figures[name] ?? 0).padStart(name.length))
    const healing = `${((figures.heal ?? 0) / 1_000).toFixed(1)} s`.padStart(15)
    print([String(seed).padStart(4), ...values, healing, verdict].join('  '))
    const broken = ['lost', 'doubled', 'out-of-order'].some((name) => figures[name] !== 0)
    if (broken || verdict !== 'equal') process.exitCode = 1
  }
} finally {
  await browser.close()
}
