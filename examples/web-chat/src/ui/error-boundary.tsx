import { Component, type ErrorInfo, type ReactNode } from 'react'
import { EmptyState } from './empty-state'

type Props = { children: ReactNode }

/** The last resort: an error page instead of a blank one. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true }
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack)
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return (
      <EmptyState title="Something broke on this page" text="Your messages are safe. Load the page again.">
        <button type="button" className="button primary" onClick={() => window.location.reload()}>
          Load again
        </button>
      </EmptyState>
    )
  }
}
