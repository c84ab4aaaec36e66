// What an app registers once. It applies to everything else in this folder.
type Poll = { options: string[]; closesAt?: string | undefined }

/** A Standard Schema, such as valibot, zod and arktype make them; its output type differs from its input type. */
export const pollSchema = {
  '~standard': {
    version: 1,
    vendor: 'by hand',
    validate: (value: unknown) => ({ value: value as Poll & { votes: number } }),
    types: undefined as { readonly input: Poll; readonly output: Poll & { votes: number } } | undefined,
  },
} as const

/** Interfaces have no index signature: they must work as well. */
export interface Place {
  latitude: number
  longitude: number
}

declare module '@roomful/client' {
  interface Register {
    messages: { poll: typeof pollSchema; place: Place; wave: { strength?: number }; bell: undefined }
    room: { topic: string; colour?: string }
  }
}
