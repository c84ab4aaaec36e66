import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** A chat library, or a store, with one room and a subscriber that reads everything it shows. */
export type Peer = (folder: string) => Promise<{
  /** Loads messages 1 to `count`. */
  hold(count: number): Promise<void> | void
  readonly live: {
    /** What its server would send for message `n`. */
    text(n: number): string
    /** Parses it, applies it, and gets the subscriber called. */
    take(text: string): Promise<void> | void
    /** How many messages the subscriber read last. */
    shown(): number
  }
}>

/** Loads what the bench installed. `T` is the part of it that is used. */
export async function load<T>(folder: string, name: string): Promise<T> {
  const path = createRequire(`${folder}/package.json`).resolve(name)
  const module: { default?: object } = await import(pathToFileURL(path).href)
  return { ...module.default, ...module } as T
}
