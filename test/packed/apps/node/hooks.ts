import { useMessageScroll } from '@roomful/react/scroll'
import { useEffect } from 'react'

export function useList() {
  const scroll = useMessageScroll()
  useEffect(() => scroll.scrollToBottom(), [scroll])
  return scroll
}
