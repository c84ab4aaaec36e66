/** What an app can begin as: each is a folder in `templates`. */
export const TEMPLATES = {
  web: 'a page without a framework, by Vite and TypeScript',
  react: 'a page with React, by Vite and TypeScript',
  bot: 'a bot that answers commands, in Node',
  server: 'a server of your own, in Node',
} as const

export type Template = keyof typeof TEMPLATES

export const isTemplate = (name: string): name is Template => Object.hasOwn(TEMPLATES, name)
