// npm start: builds what is stale, then serves the web chat on an embedded database under ./data.
// `npm start -- --port 0` passes flags on; PORT, ROOMFUL_DATABASE and ROOMFUL_JWT_SECRET are honoured.
import { build, ROOT } from './build.mjs'

await build({ types: false })

const { PORT, ROOMFUL_PORT, ROOMFUL_DATABASE } = process.env
const defaults = {
  port: PORT ?? ROOMFUL_PORT ?? '3000',
  database: ROOMFUL_DATABASE ?? 'sqlite:./data/roomful.db',
  static: 'examples/web-chat/dist',
}
// Typed flags come last, so they win.
const flags = Object.entries(defaults).flatMap(([name, value]) => [`--${name}`, value])
process.argv = [process.argv0, 'roomful', 'serve', '--guests', ...flags, ...process.argv.slice(2)]

// In this process, not in a child, and with `exec` in package.json for the same reason: no shell between npm and the
// server. Such a shell would die of the Ctrl+C on which the server drains, and make the exit code 130.
await import(`${ROOT}/packages/cli/dist/main.js`)
