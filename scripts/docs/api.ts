import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import {
  Application,
  Comment,
  type Context,
  Converter,
  type DeclarationReflection,
  type ProjectReflection,
  ReflectionKind,
  UnknownType,
} from 'typedoc'
import { slugify } from '../../docs/.vitepress/links'
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
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, expandInferred)
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => shortenSchemas(project))
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

/**
 * A schema and its type have one name. A package that passes on the type alone passes on no schema, though it is listed
 * for it; and a schema is described by what it accepts, not by the calls that make it.
 */
function shortenSchemas(project: ProjectReflection): void {
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const children = module.children ?? []
    for (const child of children.filter(isSchema)) {
      const type = children.find((other) => other !== child && other.name === child.name)
      if (type === undefined) continue
      if (child.kind === ReflectionKind.TypeAlias) {
        // What other packages pass on leads to the first of the two, which becomes the type.
        if (type.type === undefined) delete child.type
        else child.type = type.type
        project.mergeReflections(type, child)
        child.comment?.removeModifier('@useDeclaredType')
      } else child.type = new UnknownType(`GenericSchema<unknown, ${child.name}>`)
    }
  }
  for (const one of project.getReflectionsByKind(ReflectionKind.VariableOrProperty))
    if (one.isDeclaration() && isSchema(one)) one.type = new UnknownType('GenericSchema')
}

const isSchema = ({ type }: DeclarationReflection): boolean =>
  type?.type === 'reference' && type.package === 'valibot'

/** What a schema accepts, field by field: `v.InferOutput<typeof Message>` says nothing to who reads about messages. */
function expandInferred(context: Context, reflection: DeclarationReflection): void {
  const symbol = context.getSymbolFromReflection(reflection)
  const isInferred = symbol?.declarations?.some((node) =>
    /= v\.InferOutput<typeof \w+>$/.test(node.getText()),
  )
  if (reflection.kind !== ReflectionKind.TypeAlias || !isInferred) return
  reflection.comment ??= new Comment()
  reflection.comment.modifierTags.add('@useDeclaredType')
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
    // The examples of the hooks are JSX.
    .replaceAll(/(?<=^#+ Example\n\n```)ts$/gm, page.startsWith('react') ? 'tsx' : 'ts')
  writeFileSync(file, `---\npageClass: api\n---\n\n${passedOn(shorten(outsideFences(text, escapeTags)))}`)
}

/** The signature says what is taken and returned: a table or a section that says no more is the types to go on to. */
function shorten(text: string): string {
  const linksOf = (part: string): string => [...new Set(part.match(/\[`[^\]]*\]\([^)]*\)/g))].join(', ')
  const line = (before: string, part: string): string => {
    // A row for each field of an object that has no name.
    if (/^\| `\w+\./m.test(part)) return part
    const links = linksOf(part)
    return links === '' ? '' : `${before} ${links}.\n\n`
  }
  return text
    .replace(/^#+ Type Parameters\n\n\| Type Parameter \|\n(\|.*\n)+\n/gm, (part) => line('For', part))
    .replace(/^#+ Parameters\n\n\| Parameter \| Type \|\n(\|.*\n)+\n/gm, (part) => line('Takes', part))
    .replace(/^#+ Returns\n\n.+\n\n?(?=#|\*\*\*|(?![\s\S]))/gm, (part) => line('Returns', part))
    .replace(/^((?:For|Takes) .*)\n\n(?=(?:Takes|Returns) )/gm, '$1 ')
}

/** What an entry point passes on from another is a line of a list, with the anchor that its heading had. */
function passedOn(text: string): string {
  return text.replace(/^## References\n[\s\S]*?(?=^## |(?![\s\S]))/m, (section) => {
    const entries = section.matchAll(/^### (.*)\n\n(?:Re-exports|Renames and re-exports) (\[.*\]\(.*\))$/gm)
    const lines = [...entries].map(
      ({ 1: name = '', 2: link = '' }) => `- <span id="${slugify(name)}"></span>${link}`,
    )
    return `## Described elsewhere\n\n${lines.join('\n')}\n\n`
  })
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
  expandParameters: true,
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
