'use client'

export { useTopRow, useVirtualMessages, type VirtualMessages } from './virtual/use-virtual-messages'
export type { MountedRows, VirtualList } from './virtual/virtual-list'
export { VirtualRows, type VirtualRowsProps } from './virtual/virtual-rows'
