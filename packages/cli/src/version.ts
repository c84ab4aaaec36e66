import { readFileSync } from 'node:fs'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** The published version: package.json is beside both `src` and `dist`. */
export const VERSION: string = version
