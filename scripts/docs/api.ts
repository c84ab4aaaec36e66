import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Application, type ProjectReflection, ReflectionKind } from 'typedoc'
import { type EntryPoint, entryPoints } from './entries'
import { escapeTags, outsideFences } from './markdown'

const OUT = 'docs/reference/api'

/** Writes one page for each entry point: every name that it exports, with its docstring and examples. */
export async function writeApiPages(): Promise<void> {
  const entries = entryPoints()
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: entries.map(({ source }) => source),
    tsconfig: 'scripts/docs/tsconfig.json',
    skipErrorChecking: true,
    readme: 'none',
    disableSources: true,
    excludeExternals: true,
    excludeInternal: true,
    excludePrivate: true,
    groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases', '*'],
    // Of a parameter whose methods are overloaded; nothing is lost.
    logLevel: 'Error',
    validation: false,
    outputs: [{ name: 'markdown', path: OUT }],
    ...MARKDOWN,
  })
  const project = await app.convert()
  if (project === undefined) throw new Error('typedoc could not read the sources')
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const entry = entries.find(
      ({ source }) => source.replace(/(?:\/index)?\.ts$/, '') === `packages/${module.name}`,
    )
    if (entry === undefined) throw new Error(`no entry point is ${module.name}`)
    module.name = entry.page
  }
  nameDestructured(project)
  rmSync(OUT, { recursive: true, force: true })
  await app.generateOutputs(project)
  for (const entry of entries) finish(entry)
  writeFileSync(`${OUT}/index.md`, indexPage(entries))
}

/** A parameter that the code takes apart has no name there, and a strange one here. */
function nameDestructured(project: ProjectReflection): void {
  const parameters = project
    .getReflectionsByKind(ReflectionKind.Parameter)
    .filter(({ name }) => name === '__namedParameters')
  for (const [at, parameter] of parameters.entries())
    parameter.name = parameters[at + 1]?.parent === parameter.parent ? 'value' : 'options'
}

/** Its heading is what an app imports. Anchors within tables are dropped, and what leads to
 * them leads to the page: they are the same for every table. */
function finish({ page, specifier, about }: EntryPoint): void {
  const file = `${OUT}/${page}.md`
  const text = readFileSync(file, 'utf8')
    .replace(/^# .*$/m, `# ${specifier}\n\n${about}`)
    .replaceAll(/(\.md)#property-[\w-]+(?=\))/g, '$1')
    // The table of its properties says what it is.
    .replaceAll(/^```ts\ntype .* = object;\n```\n\n/gm, '')
    .replaceAll(/<a id="[^"]*"><\/a> /g, '')
  writeFileSync(file, outsideFences(text, escapeTags))
}

const indexPage = (entries: readonly EntryPoint[]): string => `# API

Every name that a package exports, one page for each specifier that an app imports. Made from the docstrings, with their
examples, which the tests compile and run.

| import | what it is |
|---|---|
${entries.map(({ specifier, page, about }) => `| [\`${specifier}\`](${page}.md) | ${about} |`).join('\n')}
`

const MARKDOWN = {
  outputFileStrategy: 'modules',
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  useHTMLAnchors: false,
  expandObjects: false,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  enumMembersFormat: 'table',
  propertyMembersFormat: 'table',
  typeDeclarationFormat: 'table',
  typeDeclarationVisibility: 'compact',
  tableColumnSettings: {
    ...{ hideDefaults: true, hideInherited: true, hideModifiers: true, hideOverrides: true },
    ...{ hideSources: true, hideValues: true, leftAlignHeaders: true },
  },
}
