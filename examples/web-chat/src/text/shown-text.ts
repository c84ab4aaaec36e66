type Shown = {
  readonly type: string
  readonly content: string
  readonly metadata?: { readonly name?: unknown } | undefined
}

/** What is read of a message on one line: of a picture or file without a caption, its name. */
export function shownText({ type, content, metadata }: Shown): string {
  if (content !== '') return content
  const kind = type === 'image' ? 'Picture' : type === 'file' ? 'File' : ''
  return typeof metadata?.name === 'string' ? `${kind}: ${metadata.name}` : kind
}
