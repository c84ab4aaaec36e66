'use client'

export type { RowPlace, RowsPort } from './rows-port'
export type { ScrollOptions, ScrollPlace, ScrollToOptions, ScrollView } from './scroll-view'
export { type MessageScroll, useMessageScroll } from './use-message-scroll'
