import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'

/** The app's users and sessions; `onEnd`: called with the id of a session that has ended. In memory, for the example. */
export const authWith = (onEnd: (sessionId: string) => Promise<void>) =>
  betterAuth({
    secret: process.env.BETTER_AUTH_SECRET ?? 'for development only: set BETTER_AUTH_SECRET',
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    emailAndPassword: { enabled: true },
    databaseHooks: { session: { delete: { after: ({ id }) => onEnd(id) } } },
    telemetry: { enabled: false },
  })
