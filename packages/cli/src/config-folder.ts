import { join } from 'node:path'
import type { Io } from './io'

/** Where this user's programs keep what is theirs; undefined where the environment does not say. */
export function configFolder({ env }: Pick<Io, 'env'>): string | undefined {
  if (env.XDG_CONFIG_HOME) return join(env.XDG_CONFIG_HOME, 'roomful')
  if (process.platform === 'win32') return env.APPDATA ? join(env.APPDATA, 'roomful') : undefined
  return env.HOME ? join(env.HOME, '.config', 'roomful') : undefined
}
