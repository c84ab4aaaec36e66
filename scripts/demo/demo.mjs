// The demonstration of `npm start`: rooms with made-up people, one of 100,000 messages, and a bot. Only in a data folder that is
// new; `roomful serve` has nothing of it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ARCHIVE_ID } from './archive.mjs'
import { BOT } from './people.mjs'
import { ROOMS } from './rooms.mjs'

/** Every new user is in these. */
export const DEMO_ROOMS = [...ROOMS.map(({ id }) => id), ARCHIVE_ID]

/** What the bot remembers. @param {string} database */
export const botFolder = (database) => join(dirname(database), 'demo-bot')

/** The rooms are in it, from this start or an earlier one. @param {string} database */
export const hasDemo = (database) => existsSync(botFolder(database))

/** Is nothing there yet, or a demonstration that an earlier start has begun? @param {string} database Path of its file. */
export const mayBeSeeded = (database) => existsSync(begunMark(database)) || !existsSync(database)

const begunMark = (/** @type {string} */ database) => `${database}.demo`

/**
 * In a process apart, beside the build of the page.
 *
 * @param {string} database Path of its file. @param {number} messages In the big room.
 */
export async function seedDemo(database, messages) {
  mkdirSync(dirname(database), { recursive: true })
  writeFileSync(begunMark(database), '')
  const child = fork(fileURLToPath(new URL('seed.mjs', import.meta.url)), [database, String(messages)])
  const [code] = await once(child, 'exit')
  if (code !== 0)
    throw new Error('The rooms of the demonstration could not be made: `npm start -- --no-demo` does without')
  rmSync(begunMark(database))
}

/** @typedef {{ stop(): Promise<void> }} DemoBot */

/**
 * Without it the rest goes on: that it cannot sign in, such as with another `--jwks`, is written once.
 *
 * @param {{ url: string, database: string }} options @returns {Promise<DemoBot | undefined>}
 */
export async function demoBot({ url, database }) {
  try {
    const secret =
      process.env.ROOMFUL_JWT_SECRET ?? readFileSync(join(dirname(database), 'jwt-secret'), 'utf8').trim()
    const { signToken } = await import('@roomful/server')
    const { startDemoBot } = await import('./bot.mjs')
    return await startDemoBot({ url, token: await signToken(secret, BOT), database })
  } catch (error) {
    console.warn(`The bot of the demonstration is away: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}
