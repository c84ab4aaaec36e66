import { webhookMetrics } from '../../packages/server/src/events/metrics'
import { metrics } from '../../packages/server/src/http/metrics'

const HEAD = `# Metrics

<!-- Made by \`npm run docs\` from the server's registry. -->

Every metric of the server, at \`/metrics\`, in the format of Prometheus. Node's own (\`process_…\`, \`nodejs_…\`) are there too.
With \`--metrics-token\` it is asked for with that token, with \`--metrics-port\` it has a port of its own:
see [the settings](configuration.md). A histogram \`x\` is read as \`x_bucket\`, \`x_sum\` and \`x_count\`.

\`roomful_redis_up\` is there only with \`--redis\`, those of webhooks only with \`--webhooks\`.
`

type Described = {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly labelNames?: readonly string[]
}

/** Each metric of a server that has everything, as its registry describes it. */
export function describedMetrics(): Described[] {
  const { registry } = metrics({
    sockets: () => 0,
    queueDepth: () => 0,
    fileBytes: () => 0,
    isBusUp: () => true,
  })
  webhookMetrics(registry)
  return registry
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith('roomful_'))
    .map((metric): Described => ({ ...metric, type: String(metric.type) }))
}

/** docs/reference/metrics.md, from the server's registry. */
export function metricsPage(): string {
  const rows = describedMetrics().map(({ name, type, labelNames = [], help }) => {
    const labels = labelNames.map((label) => `\`${label}\``).join(', ')
    return `| \`${name}\`<br>${type}${labels && ` by ${labels}`} | ${help} |`
  })
  return `${HEAD}\n| metric | what it says |\n|---|---|\n${rows.join('\n')}\n`
}
