/** The part of a pino logger that the server uses. Texts of messages and tokens are never given to it. */
export interface Log {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}
