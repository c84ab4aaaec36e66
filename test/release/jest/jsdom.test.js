/** @jest-environment jsdom */
const { createChat } = require('@roomful/client')
const { ChatProvider, useConnection } = require('@roomful/react')
const { act, createElement } = require('react')
const { createRoot } = require('react-dom/client')

globalThis.IS_REACT_ACT_ENVIRONMENT = true

test('a component is rendered', async () => {
  const chat = createChat({ url: 'http://chat.invalid', auth: 'x', storage: 'memory' })
  const Status = () => useConnection().status
  const root = createRoot(document.body.appendChild(document.createElement('div')))
  await act(async () => root.render(createElement(ChatProvider, { chat }, createElement(Status))))
  expect(document.body.textContent).toMatch(/idle|connecting|waiting/)
  await act(async () => root.unmount())
  await chat.close()
})
