/** How many ops were committed together, and how long that took, by the server's own metrics. */
export type BatchSizes = {
  readonly mean: number
  readonly buckets: readonly { upTo: string; count: number }[]
  readonly commitMs: number
  readonly fanOutMs: number
}

type Sample = { readonly label: string; readonly value: number }

export async function batchSizes(url: string): Promise<BatchSizes> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const samples = (name: string): Sample[] =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{le="([^"]*)"\\})? (\\S+)$`, 'gm'))].map(
      ([, label = '', value]) => ({
        label,
        value: Number(value),
      }),
    )
  const only = (name: string): number => samples(name)[0]?.value ?? 0
  const upTo = samples('roomful_batch_ops_bucket')
  return {
    mean: only('roomful_batch_ops_sum') / only('roomful_batch_ops_count'),
    commitMs: (only('roomful_commit_seconds_sum') / only('roomful_commit_seconds_count')) * 1_000,
    fanOutMs: (only('roomful_fan_out_seconds_sum') / only('roomful_fan_out_seconds_count')) * 1_000,
    // A bucket includes the smaller ones.
    buckets: upTo
      .map(({ label, value }, i) => ({ upTo: label, count: value - (upTo[i - 1]?.value ?? 0) }))
      .filter(({ count }) => count > 0),
  }
}
