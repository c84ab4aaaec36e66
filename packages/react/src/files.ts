'use client'

export { type AttachedFile, type Attachments, useAttachments } from './use-attachments'
export { type FileUrl, useFileUrl } from './use-file-url'
