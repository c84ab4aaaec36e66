import type { ShownMessage } from '@roomful/client'

/** What its sender says of a file, as far as it has the form: another app may have sent anything. */
export type FileFacts = {
  readonly name: string | undefined
  readonly size: number | undefined
  readonly kind: string
  /** In pixels, if both are known. */
  readonly measures: { readonly width: number; readonly height: number } | undefined
}

export function factsOf({ metadata = {} }: Pick<ShownMessage, 'metadata'>): FileFacts {
  const { name, size, kind, width, height } = metadata
  return {
    name: typeof name === 'string' ? name : undefined,
    size: typeof size === 'number' ? size : undefined,
    kind: typeof kind === 'string' ? kind : '',
    measures: isLength(width) && isLength(height) ? { width, height } : undefined,
  }
}

const isLength = (value: unknown): value is number =>
  typeof value === 'number' && value >= 1 && value < 100_000
