import pino from 'pino'
import type { LogLevel } from './options'
import type { Log } from './ports/log'

/** Never logged, at any depth: secrets, and what users wrote. */
const SECRET_KEYS = [
  'token',
  'jwtSecret',
  'secret',
  'secrets',
  'body',
  'authorization',
  'cookie',
  'content',
  'text',
  'metadata',
]

/** JSON lines on standard error: standard output belongs to the command that runs the server. */
export function createLogger(level: LogLevel): Log {
  const paths = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`])
  return pino({ name: 'roomful', level, redact: { paths, censor: '[redacted]' } }, pino.destination(2))
}
