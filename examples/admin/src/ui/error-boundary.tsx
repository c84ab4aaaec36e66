import { Component, type ErrorInfo, type ReactNode } from 'react'

type Props = { readonly children: ReactNode }

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
      <main className="empty">
        <h1>Something broke on this page</h1>
        <p>The server is not affected. Load the page again.</p>
        <button type="button" className="button primary" onClick={() => window.location.reload()}>
          Load again
        </button>
      </main>
    )
  }
}
