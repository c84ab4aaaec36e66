/**
 * Mistakes in what a client grants its app: see `CANARIES`.
 *
 * @type {import('./patches.mjs').Canary[]}
 */
export const APP_CANARIES = [
  {
    name: 'listener not caught',
    what: 'what a listener throws leaves the notification, and with it whatever has caused it',
    patches: [
      {
        file: 'client/src/handles/view-store.ts',
        find: '(value) => attempt(() => listener(value), failed)',
        replace: '(value) => listener(value)',
      },
      {
        file: 'client/src/handles/view-store.ts',
        find: 'attempt(() => store?.setState(view(), true), report)',
        replace: 'store?.setState(view(), true)',
      },
    ],
  },
  {
    name: 'metadata kept by reference',
    what: 'what the app changes after a send is sent changed',
    patches: [
      {
        file: 'client/src/handles/app-values.ts',
        find: 'metadata: taken(plainMetadata(metadata)) }',
        replace: 'metadata: (taken(plainMetadata(metadata)), metadata) as Metadata }',
      },
    ],
  },
  {
    name: 'poison in the outbox',
    what: 'a value that cannot be written or sent is queued, and holds up what is behind it',
    patches: [
      {
        file: 'client/src/handles/app-values.ts',
        find: 'metadata: taken(plainMetadata(metadata)) }',
        replace: 'metadata: { ...(metadata as Metadata) } }',
      },
    ],
  },
  {
    name: 'auth without limit',
    what: 'an auth() that never answers is waited for',
    patches: [{ file: 'client/src/engine/token-source.ts', find: 'deadline.start(AUTH_MS)', replace: '' }],
  },
  {
    name: 'first refusal ends it',
    what: 'TOKEN_INVALID stops the chat before a fresh token was asked for',
    patches: [
      {
        file: 'client/src/model/connection.ts',
        find: "if (last?.code !== 'TOKEN_INVALID' || refused?.code !== 'TOKEN_INVALID') return false",
        replace:
          "if (refused?.code === 'TOKEN_INVALID') return true\n  if (last?.code !== 'TOKEN_INVALID') return false",
      },
    ],
  },
  {
    name: 'timers survive close',
    what: 'a chat that was closed leaves its timers',
    patches: [
      {
        file: 'client/src/platform/scoped-clock.ts',
        find: 'for (const cancel of [...cancels]) cancel()',
        replace: '',
      },
    ],
  },
  {
    name: 'abort not heeded',
    what: 'a call whose signal is aborted goes on waiting',
    patches: [
      {
        file: 'client/src/handles/limits.ts',
        find: "signal?.addEventListener('abort', abort)",
        replace: '',
      },
    ],
  },
  {
    name: 'age by the time of day',
    what: 'what waits is too old when the clock is set forward',
    patches: [
      {
        file: 'client/src/platform/steady-clock.ts',
        find: 'clock.monotonic?.() ?? clock.now()',
        replace: 'clock.now()',
      },
    ],
  },
  {
    name: 'request waits for a connection',
    what: 'a request without a connection waits for one, however long that takes',
    patches: [
      {
        file: 'client/src/handles/chat-rooms.ts',
        find: "if (state.status === 'waiting') return offlineError(state.error)",
        replace: '',
      },
      {
        file: 'client/src/handles/chat-rooms.ts',
        find: 'await waitFor(engine, limits, reached)',
        replace: 'await waitFor(engine, options, reached)',
      },
    ],
  },
  {
    name: 'close leaves who waits',
    what: 'sends and changes that wait when the chat is closed never settle',
    patches: [
      {
        file: 'client/src/handles/waiters.ts',
        find: 'for (const waiting of rooms.values()) for (const waiter of waiting.values()) rejectAll(waiter, reason)',
        replace: '',
      },
    ],
  },
]
