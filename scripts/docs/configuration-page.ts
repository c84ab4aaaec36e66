import { CONFIG_FIELDS } from '@roomful/server'
import { escapeTags } from './markdown'

const HEAD = `# Configuration

<!-- Made by \`npm run docs\` from the settings of the server. -->

Every setting of \`roomful serve\`, as a flag, and below it as a variable of the environment. In the JSON file that \`--config\`
(\`ROOMFUL_CONFIG\`) names, a field is called as the flag, in camelCase: \`--default-rooms\` is \`defaultRooms\`. A flag wins over a
variable, a variable over the file. At the start the server prints every error, one per line, and the process exits 2.
\`roomful serve --help\` has the same list.

A switch is on with its flag, and with \`1\`, \`true\`, \`yes\` or \`on\` in its variable. A list has commas between its parts; in the
file it may be an array. Secrets belong in a file, which the setting ending in \`-file\` names: every user of a machine
sees the command line of a process.

Code that calls [\`createChatServer\`](api/server.md#createchatserver) has these and more, such as hooks:
[\`ServerOptions\`](api/server.md#serveroptions).

| setting | what it is |
|---|---|
`

/** docs/reference/configuration.md, from the settings as the server reads them. */
export function configurationPage(): string {
  const rows = CONFIG_FIELDS.map(({ flag, value, env, key, help }) => {
    const field = flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    if (key !== field) throw new Error(`the field of --${flag} is called ${key}: the page says ${field}`)
    const name = value === undefined ? `--${flag}` : `--${flag} ${value}`
    return `| \`${name}\`<br>\`${env}\` | ${escapeTags(help).replaceAll('|', '\\|')} |`
  })
  return `${HEAD}${rows.join('\n')}\n`
}
