/**
 * The object unchanged; compiles only if it names every field of `T`, also the optional. A spread of `{ field } | {}`
 * names the field. So a new field cannot be forgotten where rows are copied field by field.
 *
 * @example
 * const nameOf = (id: string, note: string | null) =>
 *   whole<{ id: string; note?: string }>()({ id, ...(note === null ? {} : { note }) })
 */
export const whole =
  <T>() =>
  <R extends T>(row: R & Named<T, R>): T =>
    row

type Named<T, R> = [Exclude<keyof T, keyof R>] extends [never]
  ? unknown
  : { readonly missing: Exclude<keyof T, keyof R> }
