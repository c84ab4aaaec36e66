// The packages in CommonJS, as Jest or an older Node loads them.
const { resolve } = require('node:path')
const client = require('@roomful/client')
const node = require('@roomful/client/node')
const protocol = require('@roomful/protocol')
const react = require('@roomful/react')
// A resolver that does not read `exports`, such as React Native's before 0.79, finds this by its folder.
const plain = require(resolve('node_modules/@roomful/protocol/plain'))

const chat = client.createChat({
  url: 'https://chat.invalid',
  auth: 'x',
  storage: node.fileStore('state-of-require'),
})
const isOneError = chat
  .room('general')
  .jumpTo(Number.NaN)
  .catch((error) => error instanceof client.ChatError)
isOneError.then((isOne) =>
  process.stdout.write(
    [isOne, chat.getState().connection.status, typeof react.useRooms, plain.LIMITS === protocol.LIMITS].join(
      ' ',
    ),
  ),
)
