import { existsSync, readFileSync } from 'node:fs'

/** One way into a package. `specifier`: what an app imports; `page`: its file in docs/reference/api. */
export type EntryPoint = {
  readonly specifier: string
  readonly source: string
  readonly page: string
  readonly about: string
}

type Manifest = {
  readonly name: string
  readonly description: string
  readonly exports: Readonly<Record<string, unknown>>
}

/** In the order in which a reader needs them; commands, which nothing imports, are not here. */
const PACKAGES = ['client', 'react', 'server', 'bot', 'admin', 'testing', 'protocol']

/** Every entry point of every package that is imported. */
export const entryPoints = (): EntryPoint[] =>
  PACKAGES.flatMap((dir) => {
    const { name, description, exports }: Manifest = JSON.parse(
      readFileSync(`packages/${dir}/package.json`, 'utf8'),
    )
    return Object.keys(exports).flatMap((path): EntryPoint[] => {
      const file = path === '.' ? 'index' : path.slice(2)
      const source = `packages/${dir}/src/${file}.ts`
      if (!existsSync(source)) return []
      const page = path === '.' ? dir : `${dir}-${file}`
      return [{ specifier: path === '.' ? name : `${name}/${file}`, source, page, about: description }]
    })
  })
