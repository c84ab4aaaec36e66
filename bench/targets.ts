/** What is wanted of a figure, and whether it is so. `null`: it could not be measured. */
export type Target = { readonly wanted: string; readonly value: string; readonly isMet: boolean | null }

/** `value` is a ratio. */
export function target(wanted: string, value: number, isMet: boolean): Target {
  if (!Number.isFinite(value)) return { wanted, value: 'not measured', isMet: null }
  return { wanted, value: `× ${value.toFixed(value < 10 ? 2 : 0)}`, isMet }
}
