import type { StandardSchemaV1 } from '@standard-schema/spec'
import { argumentsOf, type CommandCall } from './model/parse-command'

/** The arguments of a command, by name, in order. */
export type ArgSchemas = Readonly<Record<string, StandardSchemaV1>>

/** What the schemas make of them. */
export type ArgsOf<A extends ArgSchemas> = { readonly [K in keyof A]: StandardSchemaV1.InferOutput<A[K]> }

type Read<A> = { readonly ok: true; readonly args: A } | { readonly ok: false; readonly problem: string }

/** Each word through its schema. `problem` names the first one that does not fit, and why. */
export async function readArgs<A extends ArgSchemas>(
  schemas: A | undefined,
  call: CommandCall,
): Promise<Read<ArgsOf<A>>> {
  const names = Object.keys(schemas ?? {})
  const words = argumentsOf(call, names.length)
  const values: Record<string, unknown> = {}
  for (const [index, name] of names.entries()) {
    const result = await schemas?.[name]?.['~standard'].validate(words[index])
    if (result === undefined) continue
    const [issue] = result.issues ?? []
    if (issue) return { ok: false, problem: `${name}: ${issue.message}` }
    if (result.issues === undefined) values[name] = result.value
  }
  // One value of each schema, which is what the type says.
  return { ok: true, args: values as ArgsOf<A> }
}

/** `<count> [title]`: what may be missing is in brackets. */
export function usageOf(schemas: ArgSchemas): string {
  return Object.entries(schemas)
    .map(([name, schema]) => (mayBeMissing(schema) ? `[${name}]` : `<${name}>`))
    .join(' ')
}

function mayBeMissing(schema: StandardSchemaV1): boolean {
  const result = schema['~standard'].validate(undefined)
  // Of one that has to be awaited nothing is known yet.
  if (result instanceof Promise) {
    result.catch(() => {})
    return false
  }
  return result.issues === undefined
}
