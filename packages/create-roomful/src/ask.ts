import type { Readable, Writable } from 'node:stream'
import { type Created, createApp } from './create-app'
import { isTemplate, TEMPLATES, type Template } from './templates'

export type Asked = {
  readonly folder?: string | undefined
  readonly template?: string | undefined
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Writable & { readonly isTTY?: boolean }
}

const FOLDER = './my-chat'

/**
 * Creates the app, after asking a person in a terminal for what is not given. Elsewhere the folder is `./my-chat` and the
 * template `web`. Undefined: the person has changed their mind. Throws TypeError for a template that does not exist, and
 * CreateError as `createApp`.
 */
export async function askAndCreate(asked: Asked): Promise<Created | undefined> {
  const { folder, template } = asked
  if (template !== undefined && !isTemplate(template))
    throw new TypeError(`there is no template ${template}: choose ${Object.keys(TEMPLATES).join(', ')}`)
  if (asked.stdin.isTTY !== true || asked.stdout.isTTY !== true)
    return createApp(folder ?? FOLDER, template ?? 'web')
  const { isCancel, select, text } = await import('@clack/prompts')
  const terminal = { input: asked.stdin, output: asked.stdout }
  const named =
    folder ??
    (await text({ ...terminal, message: 'In which folder?', placeholder: FOLDER, defaultValue: FOLDER }))
  if (isCancel(named)) return undefined
  const options = Object.entries(TEMPLATES).flatMap(([value, hint]) =>
    isTemplate(value) ? { value, label: value, hint } : [],
  )
  const chosen =
    template ?? (await select<Template>({ ...terminal, message: 'What does it begin as?', options }))
  return isCancel(chosen) ? undefined : createApp(named || FOLDER, chosen)
}
