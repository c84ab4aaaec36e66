import { peers } from '../packages/client/bench/peers'
import type { ClientResults } from './client-series'
import { IN_FLIGHT, MEMBERS, SENDERS, type ServerResults } from './server-series'
import type { Target } from './targets'

export type Results = {
  readonly date: string
  readonly machine: string
  readonly commit: string
  readonly server: ServerResults
  readonly client: ClientResults
}

/** The page of docs. Every figure on it comes from the run. */
export function pageOf({ date, machine, commit, server, client }: Results): string {
  const targets = [...server.targets, ...client.targets]
  const missed = targets.filter(({ isMet }) => isMet !== true)
  return `# Benchmarks

Written by \`npm run bench\` on ${date}, at commit ${commit}: ${machine}.
Run it on your own machine: it takes about seven minutes, and the figures of another machine differ.

## One message, from the sender to all members

${MEMBERS} members in one room, each with a connection; ${SENDERS} of them keep ${IN_FLIGHT} sends unanswered. Load and server share the machine, one server at a
time. The load is the same for all: bare connections that count what arrives. A round fails unless each message reaches each
member once. CPU is that of all processes of the server, for one send and its ${MEMBERS} deliveries. The median of three rounds.

${serverTable(server)}

What an acknowledged message has survived differs, and so does what a server does for it:

${server.rows.map(({ name, note }) => `- **${name}**: ${note}.`).join('\n')}
${server.missing.map(({ name, why }) => `- **${name}** was not measured: ${why}.`).join('\n')}

${server.charts.map(picture).join('\n\n')}

The sends of the first picture come at a fixed rate, whether earlier ones are answered or not, and a time begins when its send
was due. A line ends where the server no longer keeps up.

## One event in an app

What an incoming message costs an app, through \`createChat\` of the built package: CPU time of the whole process, with the
compiler and the garbage collector; medians of rounds in turns with the other libraries. The network is left out; the JSON of
the message is parsed and checked. Versions: ${versions()}.

${clientTable(client)}

${client.charts.map(picture).join('\n\n')}

## What is wanted

| | wanted | measured |
|---|---|---|
${targets.map(targetRow).join('\n')}

${missed.length === 0 ? 'All of it is met.' : `**${missed.length} of ${targets.length} are missed or not measured**: those with ✗ and ?.`}
`
}

function serverTable({ rows }: ServerResults): string {
  const lines = rows.map(({ name, version, sendsPerSecond, cpuMicros, p50, p99 }) => {
    const cells = [
      whole(sendsPerSecond),
      whole(sendsPerSecond * MEMBERS),
      whole(cpuMicros),
      short(p50),
      short(p99),
    ]
    return `| ${name} ${version} | ${cells.join(' | ')} |`
  })
  return `| | sends/s | deliveries/s | CPU µs a send | ack, median ms | ack, 99 % ms |
|---|---|---|---|---|---|
${lines.join('\n')}`
}

function clientTable({ live }: ClientResults): string {
  const sizes = [...new Set(live.map(({ size }) => size))].filter((size) => size > 0)
  const names = [...new Set(live.map(({ trial }) => trial))]
  const lines = names.map((name) => {
    const cells = sizes.map((size) => {
      // The parsing alone holds nothing.
      const one = live.find((held) => held.trial === name && (held.size === size || held.size === 0))
      return one?.micros === undefined ? (one?.why ?? '') : short(one.micros)
    })
    const title =
      name === 'live' ? '**Roomful**' : name === 'parse+decode' ? 'parsing and checking alone' : name
    return `| ${title} | ${cells.join(' | ')} |`
  })
  return `| a live message, CPU µs | ${sizes.map((size) => `${whole(size)} held`).join(' | ')} |
|---|${sizes.map(() => '---').join('|')}|
${lines.join('\n')}`
}

const versions = (): string =>
  Object.values(peers)
    .map(({ install }) => install[0])
    .join(', ')

const picture = ({ file, chart }: ServerResults['charts'][number]): string =>
  `![${chart.title}: ${chart.y} by ${chart.x}](pictures/bench-${file}.svg)`

const targetRow = ({ wanted, value, isMet }: Target): string =>
  `| ${isMet === null ? '?' : isMet ? '✓' : '✗'} | ${wanted} | ${value} |`

const whole = (value: number): string => Math.round(value).toLocaleString('en')
const short = (value: number): string => (value < 100 ? value.toFixed(1) : whole(value))
