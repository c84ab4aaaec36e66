/** What an operator may look at: the first part of the address, and its name. */
export const VIEWS = [
  { id: 'live', name: 'Live' },
  { id: 'users', name: 'Users' },
  { id: 'rooms', name: 'Rooms' },
  { id: 'reports', name: 'Reports' },
  { id: 'webhooks', name: 'Webhooks' },
] as const
export type ViewId = (typeof VIEWS)[number]['id']

/** Anything else shows the first one. */
export const viewOf = (part: string | undefined): ViewId =>
  VIEWS.find(({ id }) => id === part)?.id ?? VIEWS[0].id
