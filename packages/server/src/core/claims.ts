/**
 * What the app's sign-in says of a user beside their name, as plain JSON: their plan, tenant or roles. The app's own rules
 * see it (`authorize`, `beforeSend`, `chat.on`); other users never do, and it is neither stored nor logged.
 */
export type Claims = { readonly [name: string]: unknown }
