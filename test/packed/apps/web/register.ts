// What an app writes down once. Everything else in this folder is checked with it.
type Poll = { options: string[]; closesAt?: string | undefined }

/** A Standard Schema, such as valibot, zod and arktype make them; its output is another type than what is written. */
export const pollSchema = {
  '~standard': {
    version: 1,
    vendor: 'by hand',
    validate: (value: unknown) => ({ value: value as Poll & { votes: number } }),
    types: undefined as { readonly input: Poll; readonly output: Poll & { votes: number } } | undefined,
  },
} as const

/** Interfaces have no index signature: they must do as well. */
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
