import { readFileSync } from 'node:fs'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** As published: package.json lies beside `src` and `dist` alike. */
export const VERSION: string = version
