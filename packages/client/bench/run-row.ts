import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Installed } from './install-peers'
import { isPeer } from './peers'
import type { Row, Subject } from './rows'
import type { Order, Report } from './subject'

export type Run = { readonly rounds: number; readonly peers: Installed }

/**
 * `micros` undefined: it could not be measured, and `why`. `spread`: half of the middle half, as a part of the median.
 */
export type Measured = Subject & {
  readonly micros: number | undefined
  readonly spread: number
  readonly why?: string
}

const PROGRAM = fileURLToPath(new URL('./subject.ts', import.meta.url))
/** A peer that holds 10,000 messages takes seconds a round. */
const PEER_ROUNDS = 7
const PEER_WARM_UP = 20
const SETUP_MAX_MS = 20 * 60_000

type Running = {
  readonly subject: Subject
  readonly child: ChildProcess | null
  readonly samples: number[]
  why: string | undefined
}

/** Its subjects take turns within a round, so that other load on the machine affects all of them alike. */
export async function runRow(
  { subjects, warmUp }: Row,
  { rounds, peers }: Run,
): Promise<readonly Measured[]> {
  const running: Running[] = []
  try {
    for (const subject of subjects) {
      const sizes = subjects.filter(({ trial }) => trial === subject.trial).map(({ size }) => size)
      running.push(await begin(subject, { rounds: warmUp, size: Math.min(...sizes) }, peers))
    }
    for (let round = 0; round < rounds; round++)
      for (const one of running) {
        if (one.child === null || one.why !== undefined) continue
        if (isPeer(one.subject.trial) && round >= PEER_ROUNDS) continue
        const report = await asked(one.child, { do: 'round' })
        if (report.is === 'round') one.samples.push(report.micros)
        if (report.is === 'failed') one.why = report.why
      }
  } finally {
    for (const { child } of running) child?.kill()
  }
  return running.map(({ subject, samples, why }) => ({
    ...subject,
    ...(why === undefined ? {} : { why }),
    micros: why === undefined ? quantile(samples, 0.5) : undefined,
    spread: (quantile(samples, 0.75) - quantile(samples, 0.25)) / 2 / quantile(samples, 0.5),
  }))
}

async function begin(
  subject: Subject,
  warmUp: { rounds: number; size: number },
  peers: Installed,
): Promise<Running> {
  const { trial, size } = subject
  const place = isPeer(trial) ? peers.folderOf(trial) : { folder: '' }
  if ('why' in place) return { subject, child: null, samples: [], why: place.why }
  const rounds = isPeer(trial) ? PEER_WARM_UP : warmUp.rounds
  const child = fork(PROGRAM, [trial, ...[size, rounds, warmUp.size].map(String), place.folder], {
    // Libraries log; failures are reported.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const report = await asked(child)
  return { subject, child, samples: [], why: report.is === 'failed' ? report.why : undefined }
}

/** Its next report. */
function asked(child: ChildProcess, order?: Order): Promise<Report> {
  return new Promise((resolve) => {
    const finish = (report: Report): void => {
      clearTimeout(overdue)
      child.removeAllListeners()
      resolve(report)
    }
    const overdue = setTimeout(() => finish({ is: 'failed', why: 'it took too long' }), SETUP_MAX_MS)
    child.on('message', finish)
    child.on('exit', (code) => finish({ is: 'failed', why: `it ended with ${code}` }))
    if (order) child.send(order)
  })
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN
}
