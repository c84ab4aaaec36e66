import { type RefObject, useEffect, useState } from 'react'

/** Files that are dropped anywhere on the room around this element. True while some are held over it. */
export function useDroppedFiles(
  inRoom: RefObject<HTMLElement | null>,
  onFiles: (files: readonly File[]) => void,
): boolean {
  const [isOver, setIsOver] = useState(false)
  useEffect(() => {
    const room = inRoom.current?.closest<HTMLElement>('.room')
    if (!room) return
    const ended = new AbortController()
    const { signal } = ended
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true
    room.addEventListener(
      'dragover',
      (event) => {
        if (!hasFiles(event)) return
        // Without this the browser opens the file in place of the page.
        event.preventDefault()
        setIsOver(true)
      },
      { signal },
    )
    room.addEventListener(
      'dragleave',
      ({ relatedTarget }) => {
        if (!(relatedTarget instanceof Node && room.contains(relatedTarget))) setIsOver(false)
      },
      { signal },
    )
    room.addEventListener(
      'drop',
      (event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        setIsOver(false)
        onFiles([...(event.dataTransfer?.files ?? [])])
      },
      { signal },
    )
    return () => ended.abort()
  }, [inRoom, onFiles])
  return isOver
}
