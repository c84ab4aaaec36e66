/** The part of a pino logger that the server uses. It never receives texts of messages or tokens. */
export interface Log {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}
