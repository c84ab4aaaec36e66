'use client'

export type { DevtoolsProps } from './devtools/floating'
export { type DevtoolsPanelProps, RoomfulDevtoolsPanel } from './devtools/panel'
export { RenderCount } from './devtools/render-count'
export { RoomfulDevtools } from './devtools/roomful-devtools'
