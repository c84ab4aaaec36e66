/**
 * What the simulator found in this code, each with a patch that undoes its fix while the simulator is bundled: every
 * run shows that it would be found again. `seed` found it last; if the random order has changed since, another one is
 * searched for.
 *
 * @typedef {import('./patches.mjs').Patch} Patch
 * @typedef {{ name: string, what: string, seed?: number, patches: Patch[] }} Regression
 * @type {Regression[]}
 */
export const REGRESSIONS = [
  {
    name: 'dial into a dead network',
    seed: 2136,
    what: 'a client that dialled into a dead network sits out the whole handshake time after the network is back',
    patches: [
      {
        file: 'client/src/engine/wake-runner.ts',
        find: `if (status === 'connecting') connection.hurry()
    store.batch(() => {
      store.dispatchChat({ type: 'connection', event: { type: 'woken' } })`,
        replace: `store.batch(() => {
      if (status === 'waiting') store.dispatchChat({ type: 'connection', event: { type: 'retry' } })`,
      },
    ],
  },
  {
    name: 'rows of an old epoch',
    seed: 39499,
    what: 'after a restore the new epoch is on the disk before the old one’s rows have left it',
    patches: [
      {
        file: 'client/src/storage/writer.ts',
        find: `if (meta !== null && meta.epoch !== next.epoch)
        for (const { model } of store.all()) noteDropped(dirt, model.id)`,
        replace: '',
      },
      {
        file: 'client/src/storage/restorer.ts',
        find: 'if (meta?.epoch !== epoch) writer.drop(snapshot.rooms.map((room) => room.roomId))',
        replace: '',
      },
      {
        file: 'client/src/storage/restorer.ts',
        find: 'store.local(() => applyEpoch(store, epoch))',
        replace: '',
      },
    ],
  },
  {
    name: 'stream of a closed chat',
    seed: 505299,
    what: 'a growing message whose source says nothing outlives its chat',
    patches: [
      {
        file: 'client/src/handles/stream-producer.ts',
        find: 'store.chatTopic.observers.add(look)\n  look()',
        replace: '',
      },
    ],
  },
  {
    name: 'one waiter a message',
    seed: 159,
    what: 'the promise of a stream is forgotten when a second one continues its message',
    patches: [
      {
        file: 'client/src/handles/waiters.ts',
        find: 'also: waiting.get(id)',
        replace: 'also: undefined',
      },
    ],
  },
  {
    name: 'adopted as made since',
    seed: 75595,
    what: 'what a tab adopted is taken off the disk when its user turns out to be another',
    patches: [
      {
        file: 'client/src/storage/writer.ts',
        find: "if ('entries' in event)",
        replace: "if (event.type === 'restored')",
      },
    ],
  },
]
