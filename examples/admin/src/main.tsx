/*
 * The operator's page, and the names that a browser test may rely on.
 *
 *   sign-in      textbox "API key or admin token", button "Sign in"
 *   everywhere   navigation "Views" with a link a view; button "Sign out"; a failure is an alert with its code
 *   lists        search box "Search …" and button "Search"; buttons "Previous page", "Next page"
 *   live         each figure is a group with its name; its value is in `[data-figure]`
 *   an act       a button opens a dialog of the same name, whose last button does it
 */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app'
import { ErrorBoundary } from './ui/error-boundary'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/lists.css'
import './styles/parts.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <App />
    </ErrorBoundary>
  </StrictMode>,
)
