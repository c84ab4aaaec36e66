import { createChat } from '@roomful/client'
import { ChatProvider } from '@roomful/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import './page.css'

// No token: the browser sends the cookie of the app's session by itself.
const chat = createChat({ url: '/api/chat' })

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <ChatProvider chat={chat}>
      <App />
    </ChatProvider>
  </StrictMode>,
)
