import { createChat } from '@roomful/client'
import { ChatProvider } from '@roomful/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import './chat.css'
import { guestToken } from './session'

const chat = createChat({ url: location.origin, auth: guestToken })

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <ChatProvider chat={chat}>
      <App />
    </ChatProvider>
  </StrictMode>,
)
