import type { Chat, Inspection, Inspector } from '@roomful/client'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'

/** More often a busy chat would keep the panel busy, and nobody reads faster. */
const SHOWN_EVERY_MS = 250

/** An inspector of this chat while the panel is there; null until it is loaded. */
export function useInspector(chat: Chat, payloads: boolean): Inspector | null {
  const [inspector, setInspector] = useState<Inspector | null>(null)
  useEffect(() => {
    let isOver = false
    let opened: Inspector | null = null
    chat.inspect({ payloads }).then(
      (made) => {
        if (isOver) return made.stop()
        opened = made
        setInspector(made)
      },
      (error: unknown) => console.warn('roomful: the inspector could not be loaded', error),
    )
    return () => {
      isOver = true
      opened?.stop()
      setInspector(null)
    }
  }, [chat, payloads])
  return inspector
}

/** What it shows, a few times a second. */
export function useInspection(inspector: Inspector): Inspection {
  const source = useMemo(() => paced(inspector), [inspector])
  return useSyncExternalStore(source.subscribe, source.getState, source.getState)
}

function paced(inspector: Inspector) {
  let shown = inspector.getState()
  const listeners = new Set<() => void>()
  let stop = (): void => {}
  const start = (): void => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = (): void => {
      timer = undefined
      shown = inspector.getState()
      for (const listener of [...listeners]) listener()
    }
    const end = inspector.subscribe(() => {
      timer ??= setTimeout(show, SHOWN_EVERY_MS)
    })
    stop = () => {
      clearTimeout(timer)
      end()
    }
  }
  return {
    getState: () => shown,
    subscribe: (listener: () => void) => {
      if (listeners.size === 0) start()
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stop()
      }
    },
  }
}
